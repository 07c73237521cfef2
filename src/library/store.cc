#include "library/store.h"

#include "lectern/error.h"
#include "library/chunk_words.h"
#include "library/migration.h"
#include "library/seal.h"
#include "library/time_marks.h"

namespace lectern::library {
namespace {

std::string_view part(const std::string& text, Span span) {
  return std::string_view(text).substr(static_cast<std::size_t>(span.begin),
                                       static_cast<std::size_t>(span.end - span.begin));
}

}  // namespace

Store::Store(const std::filesystem::path& file) : database_(file) {
  create_or_migrate(database_);
  database_.execute("PRAGMA synchronous = NORMAL");  // in WAL mode a power cut may undo the last commits, no more
}

std::vector<StoredDocument> Store::documents() {
  Statement rows(
      database_,
      "SELECT d.id, d.path, d.size, d.modified_ns, d.content_hash, d.type, d.failure, r.extractor, r.chunker, "
      "r.embedding_model, r.embedding_size FROM documents d JOIN recipes r ON r.id = d.recipe ORDER BY d.path");
  std::vector<StoredDocument> out;
  while (rows.step()) {
    StoredDocument row;
    row.id = rows.integer(0);
    row.path = rows.blob(1);
    row.size = rows.integer(2);
    row.modified_ns = rows.integer(3);
    row.content_hash = rows.text(4);
    row.type = rows.text(5);
    row.failure = rows.text(6);
    row.recipe = {static_cast<int>(rows.integer(7)), static_cast<int>(rows.integer(8)), std::string(rows.text(9)),
                  static_cast<int>(rows.integer(10))};
    out.push_back(std::move(row));
  }
  return out;
}

Document Store::document(std::int64_t id) {
  Document out;
  Statement row(database_, "SELECT title, text FROM documents WHERE id = ?");
  if (!row.bind(0, id).step()) throw Error(ErrorCode::kInternal, "A document left the library while it was indexed.");
  out.title = row.text(0);
  out.text = row.text(1);
  Statement headings(database_,
                     "SELECT level, span_begin, span_end FROM headings WHERE document = ? ORDER BY span_begin");
  headings.bind(0, id);
  while (headings.step()) {
    out.headings.push_back({static_cast<int>(headings.integer(0)), {headings.integer(1), headings.integer(2)}});
  }
  Statement pages(database_, "SELECT number, span_begin, span_end FROM pages WHERE document = ? ORDER BY number");
  pages.bind(0, id);
  while (pages.step()) {
    out.pages.push_back({static_cast<int>(pages.integer(0)), {pages.integer(1), pages.integer(2)}, {}});
  }
  out.times = time_marks(database_, id);
  return out;
}

void Store::put_folder(std::string_view path) {
  Statement insert(database_, "INSERT OR IGNORE INTO folders (path) VALUES (?)");
  insert.bind_blob(0, path).run();
  put_folder_seal(database_, path);
}

std::vector<std::string> Store::folders() {
  Statement rows(database_, "SELECT path FROM folders ORDER BY path");
  std::vector<std::string> out;
  while (rows.step()) out.emplace_back(rows.blob(0));
  return out;
}

bool Store::remove_folder(std::string_view path) {
  Statement find(database_, "SELECT 1 FROM folders WHERE path = ?");
  if (!find.bind_blob(0, path).step()) return false;
  Statement row(database_, "DELETE FROM folders WHERE path = ?");
  row.bind_blob(0, path).run();
  return true;
}

std::int64_t Store::recipe_id(const Recipe& recipe) {
  const auto bind = [&](Statement& statement) {
    statement.bind(0, std::int64_t{recipe.extractor}).bind(1, std::int64_t{recipe.chunker});
    statement.bind_text(2, recipe.embedding_model).bind(3, std::int64_t{recipe.embedding_size});
  };
  Statement find(
      database_,
      "SELECT id FROM recipes WHERE extractor = ? AND chunker = ? AND embedding_model = ? AND embedding_size = ?");
  bind(find);
  if (find.step()) return find.integer(0);
  Statement insert(database_,
                   "INSERT INTO recipes (extractor, chunker, embedding_model, embedding_size) VALUES (?, ?, ?, ?)");
  bind(insert);
  insert.run();
  return database_.last_row();
}

std::int64_t Store::insert_row(const StoredDocument& row, const Document* document) {
  Statement old(database_, "SELECT id FROM documents WHERE path = ?");
  if (old.bind_blob(0, row.path).step()) remove(old.integer(0));
  Statement insert(database_,
                   "INSERT INTO documents (path, recipe, size, modified_ns, content_hash, type, title, text, failure) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind_blob(0, row.path).bind(1, recipe_id(row.recipe)).bind(2, row.size).bind(3, row.modified_ns);
  insert.bind_text(4, row.content_hash).bind_text(5, row.type);
  insert.bind_text(6, document != nullptr ? std::string_view(document->title) : std::string_view());
  document != nullptr ? insert.bind_text(7, document->text) : insert.bind_null(7);
  row.failed() ? insert.bind_text(8, row.failure) : insert.bind_null(8);
  insert.run();
  return database_.last_row();
}

std::int64_t Store::put_document(const StoredDocument& row, const Document& document) {
  const std::int64_t id = insert_row(row, &document);
  Statement heading(database_,
                    "INSERT OR IGNORE INTO headings (document, span_begin, span_end, level) VALUES (?, ?, ?, ?)");
  for (const Heading& h : document.headings) {
    heading.bind(0, id).bind(1, h.span.begin).bind(2, h.span.end).bind(3, std::int64_t{h.level});
    heading.run();
  }
  Statement page(database_, "INSERT INTO pages (document, number, span_begin, span_end, boxes) VALUES (?, ?, ?, ?, ?)");
  for (const Page& p : document.pages) {
    page.bind(0, id).bind(1, std::int64_t{p.number}).bind(2, p.span.begin).bind(3, p.span.end);
    p.boxes.empty() ? page.bind_null(4) : page.bind_blob(4, p.boxes);
    page.run();
  }
  put_time_marks(database_, id, document.times);
  return id;
}

void Store::put_failure(const StoredDocument& row) { put_seal(database_, insert_row(row, nullptr)); }

void Store::put_chunks(std::int64_t document, const Recipe& recipe, const Document& text,
                       const std::vector<Chunk>& chunks, std::string_view embeddings) {
  remove_chunks(document);
  Statement update(database_, "UPDATE documents SET recipe = ? WHERE id = ?");
  update.bind(0, recipe_id(recipe)).bind(1, document).run();
  Statement insert(database_,
                   "INSERT INTO chunks (document, page, heading, span_begin, span_end, word_pieces, embedding) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?)");
  ChunkWords words(database_);
  const std::size_t bytes = static_cast<std::size_t>(recipe.embedding_size) * 2;
  for (const Chunk& chunk : chunks) {
    insert.bind(0, document).bind(1, chunk.page).bind_text(2, chunk.heading);
    insert.bind(3, chunk.span.begin).bind(4, chunk.span.end).bind(5, std::int64_t{chunk.word_pieces});
    insert.bind_blob(6, embeddings.substr(0, chunk.parts.size() * bytes)).run();
    embeddings.remove_prefix(chunk.parts.size() * bytes);
    words.put(database_.last_row(), chunk.heading, part(text.text, chunk.span));
  }
  put_seal(database_, document);
}

void Store::move_document(std::int64_t id, const StoredDocument& to) {
  Statement old(database_, "SELECT id FROM documents WHERE path = ?");
  if (old.bind_blob(0, to.path).step()) remove(old.integer(0));
  Statement update(database_, "UPDATE documents SET path = ?, size = ?, modified_ns = ? WHERE id = ?");
  update.bind_blob(0, to.path).bind(1, to.size).bind(2, to.modified_ns).bind(3, id).run();
  put_seal(database_, id);
}

void Store::forget_content(std::int64_t id) {
  Statement update(database_, "UPDATE documents SET content_hash = '', modified_ns = 0 WHERE id = ?");
  update.bind(0, id).run();
  put_seal(database_, id);
}

void Store::touch(std::int64_t id, std::int64_t size, std::int64_t modified_ns) {
  Statement update(database_, "UPDATE documents SET size = ?, modified_ns = ? WHERE id = ?");
  update.bind(0, size).bind(1, modified_ns).bind(2, id).run();
  put_seal(database_, id);
}

void Store::remove_chunks(std::int64_t document) {
  Statement words(database_, "DELETE FROM chunk_words WHERE rowid IN (SELECT id FROM chunks WHERE document = ?)");
  words.bind(0, document).run();
  Statement chunks(database_, "DELETE FROM chunks WHERE document = ?");
  chunks.bind(0, document).run();
}

void Store::remove(std::int64_t id) {
  remove_chunks(id);
  Statement row(database_, "DELETE FROM documents WHERE id = ?");
  row.bind(0, id).run();
}

}  // namespace lectern::library
