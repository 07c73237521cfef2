#include "library/indexer.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>

#include "core/clock.h"
#include "core/half.h"
#include "core/paths.h"
#include "library/ordered_queue.h"
#include "library/walk.h"

namespace lectern::library {
namespace {

using Clock = std::chrono::steady_clock;

// Tokens in one call of the engine: enough to fill its steps, few enough to stop within a second or two.
constexpr std::int64_t kBatchTokens = 8192;
constexpr std::int64_t kPausableBatchTokens = 2048;  // where somebody may want to go first
// Reading is some thirty times faster than embedding: one worker keeps up, a second bridges a slow document.
constexpr int kLoaders = 2;
constexpr std::size_t kDocumentsAhead = 4;

class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total) {}
  ~Stopwatch() { total_ += seconds_since(begin_); }
  Stopwatch(const Stopwatch&) = delete;

 private:
  double& total_;
  const Clock::time_point begin_ = Clock::now();
};

void append_f16(std::string& out, const std::vector<float>& vector) {
  for (const float value : vector) {
    const std::uint16_t half = float_to_f16(value);
    out += static_cast<char>(half & 0xff);
    out += static_cast<char>(half >> 8);
  }
}

bool is_below_any(std::string_view path, const std::vector<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const auto& folder) { return is_below(path, folder); });
}

}  // namespace

Indexer::Indexer(Store& store, Engine& embedder, const Recipe& recipe, const IndexOptions& options,
                 Unfinished& unfinished)
    : store_(store),
      embedder_(embedder),
      recipe_(recipe),
      options_(options),
      unfinished_(unfinished),
      batch_tokens_(options.pause ? kPausableBatchTokens : kBatchTokens) {}

IndexReport Indexer::run(std::span<const std::filesystem::path> roots) {
  const auto begin = Clock::now();
  try {
    plan(roots);
    process();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCancelled) throw;
  }
  report_.cancelled = stopped();
  if (!options_.stop.stop_requested()) remove_gone();
  report_.failed = std::ssize(report_.failures);
  report_.seconds = seconds_since(begin);
  return std::move(report_);
}

// Sorts what is there and what the library holds into jobs and documents that went away.
void Indexer::plan(std::span<const std::filesystem::path> roots) {
  std::vector<std::filesystem::path> folders;
  find_videos(roots, folders);
  Walk found = walk(folders, store_.database().file());
  for (FoundFile& video : videos_.videos(video_type(options_.language))) found.files.push_back(std::move(video));
  const auto rows = store_.documents();
  std::map<std::string_view, const StoredDocument*> known;
  for (const StoredDocument& row : rows) known.emplace(row.path, &row);

  std::vector<std::string> named;
  {
    Transaction transaction(store_.database(), Transaction::Kind::kWrite);
    for (const auto& folder : folders) store_.put_folder(named.emplace_back(absolute_path(folder).native()));
    videos_.add(store_);
    transaction.commit();
  }
  std::set<std::string> present;
  for (FoundFile& file : found.files) {
    const auto at = known.find(file.path);
    present.insert(file.path);
    plan_file(std::move(file), at == known.end() ? nullptr : at->second);
  }
  if (options_.newest_first) {
    std::ranges::stable_sort(jobs_, std::greater(), [](const Job& job) { return job.file.modified_ns; });
  }
  const auto gone_videos = videos_.gone(store_.database());
  for (const StoredDocument& row : rows) {
    if (present.contains(row.path)) continue;
    plan_missing(row, is_video_url(row.path)
                          ? gone_videos.contains(row.path)
                          : is_below_any(row.path, named) && !is_below_any(row.path, found.unread_folders));
  }
}

// `folders` are the roots that are none.
void Indexer::find_videos(std::span<const std::filesystem::path> roots, std::vector<std::filesystem::path>& folders) {
  videos_ = take_addresses(roots, folders);
  if (videos_.addresses.empty()) return;
  yt_dlp_.emplace();
  list_playlists(videos_, *yt_dlp_, options_.stop);
  for (const auto& [url, listing] : videos_.playlists) {
    if (!listing.failure.empty()) report_.failures.push_back({url, listing.failure});
  }
}

void Indexer::plan_missing(const StoredDocument& row, bool gone) {
  if (row.excluded()) return;  // for the day when it comes back
  if (gone) {
    gone_.push_back(row);
  } else if (!row.failed() && !row.recipe.makes_chunks_of(recipe_)) {
    jobs_.push_back({{}, row, true});
  }
}

void Indexer::plan_file(FoundFile file, const StoredDocument* known) {
  if (known != nullptr && known->excluded()) return;
  if (file.missing) {
    report_.failures.push_back({to_valid_utf8(file.path), file.failure});
    if (known != nullptr) gone_.push_back(*known);
    return;
  }
  const bool video = is_video_url(file.path);
  if (video && known != nullptr && options_.language.empty()) file.type = known->type;
  const bool same = known != nullptr && file.failure.empty() && !known->content_hash.empty() &&
                    known->size == file.size && known->modified_ns == file.modified_ns && known->type == file.type;
  // A video is not fetched again for a better reader: it may be gone.
  const bool current_text = same && (video || known->recipe.extractor == recipe_.extractor);
  if (current_text && known->recipe.makes_chunks_of(recipe_)) {
    known->failed() ? add_failure(*known) : void(++report_.unchanged);
    return;
  }
  const bool stored_text = current_text && !known->failed();
  jobs_.push_back({std::move(file), known != nullptr ? std::optional(*known) : std::nullopt, stored_text});
}

void Indexer::process() {
  auto begun = take_unfinished();
  if (jobs_.empty()) return;
  const int limit = std::min(kMaxChunkTokens, embedder_.info().context_length);
  const Chunker chunker(embedder_.tokenizer(), limit);
  Store reader(store_.database().file());
  std::optional<VideoReader> videos;
  if (yt_dlp_) videos.emplace(*yt_dlp_);
  const ExtractLimits limits{options_.extract_seconds, options_.extract_bytes, options_.scan_seconds};
  DocumentLoader loader(
      reader, chunker,
      {recipe_, limits, options_.max_file_bytes, options_.stop, videos ? &*videos : nullptr, options_.settle}, gone_);
  {
    OrderedQueue<Pending> queue(jobs_.size(), kDocumentsAhead, kLoaders, [&](std::size_t i) {
      const auto kept = begun.find(i);
      return kept == begun.end() ? Pending{loader.load(jobs_[i])} : *std::exchange(kept->second, std::nullopt);
    });
    progress("extract", "");
    for (auto next = queue.next(); next && !options_.stop.stop_requested(); next = queue.next()) {
      take(std::move(*next));
      while (waiting_tokens_ >= batch_tokens_ && !stopped()) embed_batch();
      if (stopped()) break;
    }
    while (!pending_.empty() && !stopped()) embed_batch();
    if (!options_.stop.stop_requested()) put_off(queue.stop(), begun);
  }
  report_.extract_s = loader.times().extract_s;
  report_.chunk_s = loader.times().chunk_s;
}

void Indexer::take(Pending next) {
  Loaded& loaded = next.loaded;
  ++read_;
  progress("extract", loaded.row.path);
  if (loaded.kind == Loaded::Kind::kDocument || loaded.kind == Loaded::Kind::kChunks)
    return wait_for_embeddings(std::move(next));
  advanced_ = true;
  const Stopwatch watch(report_.store_s);
  Transaction transaction(store_.database(), Transaction::Kind::kWrite);
  if (loaded.kind == Loaded::Kind::kMoved) {
    store_.move_document(loaded.moved_from.id, loaded.row);
    moved_.insert(loaded.moved_from.id);
    ++report_.indexed;
    ++report_.removed;
  } else if (loaded.kind == Loaded::Kind::kUnchanged) {
    store_.touch(loaded.row.id, loaded.row.size, loaded.row.modified_ns);
    loaded.row.failed() ? add_failure(loaded.row) : void(++report_.unchanged);
  } else {
    if (!loaded.keeps_known) store_.put_failure(loaded.row);
    loaded.unsettled ? void(++report_.unsettled) : add_failure(loaded.row);
  }
  transaction.commit();
}

void Indexer::wait_for_embeddings(Pending document) {
  const auto& chunks = document.loaded.chunks;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    to_embed_ += chunks[i].word_pieces;
    if (i < document.begun) embedded_ += chunks[i].word_pieces;
    if (i < document.begun) continue;
    for (const auto& part : chunks[i].parts) waiting_tokens_ += std::ssize(part);
  }
  pending_.push_back(std::move(document));
}

// By job, those that the call before began.
std::map<std::size_t, std::optional<Pending>> Indexer::take_unfinished() {
  std::map<std::size_t, std::optional<Pending>> begun;
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    if (auto kept = unfinished_.take(jobs_[i])) begun.emplace(i, std::move(kept));
  }
  unfinished_ = {};  // the rest is not wanted any more
  return begun;
}

// What waits, what was loaded, and what did not have its turn again.
void Indexer::put_off(std::vector<Pending> loaded, std::map<std::size_t, std::optional<Pending>>& begun) {
  for (Pending& document : pending_) unfinished_.put(std::move(document));
  for (Pending& document : loaded) unfinished_.put(std::move(document));
  for (auto& [job, document] : begun) {
    if (document) unfinished_.put(std::move(*document));
  }
}

// The next chunks of the documents that wait, whichever they are of.
void Indexer::embed_batch() {
  std::vector<std::vector<TokenId>> texts;
  std::vector<Pending*> owners;
  std::int64_t tokens = 0, pieces = 0;
  for (Pending& document : pending_) {
    auto& chunks = document.loaded.chunks;
    for (; document.begun < chunks.size() && tokens < batch_tokens_; ++document.begun) {
      Chunk& chunk = chunks[document.begun];
      pieces += chunk.word_pieces;
      for (auto& part : chunk.parts) {
        tokens += std::ssize(part);
        texts.push_back(std::move(part));
        owners.push_back(&document);
      }
    }
    if (tokens >= batch_tokens_) break;
  }
  waiting_tokens_ -= tokens;
  {
    const Stopwatch watch(report_.embed_s);
    const auto vectors = texts.empty() ? std::vector<std::vector<float>>() : embedder_.embed(texts);
    for (std::size_t i = 0; i < vectors.size(); ++i) append_f16(owners[i]->embeddings, vectors[i]);
  }
  embedded_ += pieces;
  advanced_ = true;
  progress("embed", pending_.front().loaded.row.path);
  while (!pending_.empty() && pending_.front().begun == pending_.front().loaded.chunks.size()) {
    commit(pending_.front());
    pending_.pop_front();
  }
}

void Indexer::commit(Pending& document) {
  const Stopwatch watch(report_.store_s);
  Loaded& loaded = document.loaded;
  Recipe recipe = recipe_;
  recipe.extractor = loaded.row.recipe.extractor;  // an older one where only the text in the library was at hand
  Transaction transaction(store_.database(), Transaction::Kind::kWrite);
  const std::int64_t id =
      loaded.kind == Loaded::Kind::kDocument ? store_.put_document(loaded.row, loaded.document) : loaded.row.id;
  store_.put_chunks(id, recipe, loaded.document, loaded.chunks, document.embeddings);
  transaction.commit();
  ++report_.indexed;
  report_.chunks += std::ssize(loaded.chunks);
  for (const Chunk& chunk : loaded.chunks) report_.word_pieces += chunk.word_pieces;
}

void Indexer::remove_gone() {
  const Stopwatch watch(report_.store_s);
  Transaction transaction(store_.database(), Transaction::Kind::kWrite);
  for (const StoredDocument& row : gone_) {
    if (moved_.contains(row.id)) continue;
    store_.remove(row.id);
    if (!row.failed()) ++report_.removed;
  }
  videos_.forget_gone(store_.database());
  transaction.commit();
}

void Indexer::add_failure(const StoredDocument& row) {
  report_.failures.push_back({to_valid_utf8(row.path), row.failure});
}

void Indexer::progress(std::string_view stage, std::string_view detail) {
  if (!options_.progress) return;
  if (stage == "extract") return options_.progress({stage, "documents", read_, std::ssize(jobs_), detail});
  options_.progress({stage, "word pieces", embedded_, to_embed_, detail});
}

}  // namespace lectern::library
