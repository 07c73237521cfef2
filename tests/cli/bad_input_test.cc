// One case of each kind of bad input, from end to end: one line that names the file and the cause, status 1, and
// nothing else harmed. The rooms' own tests have the many variants.
#include <sqlite3.h>
#include <sys/stat.h>

#include <functional>

#include "command.h"
#include "support/tiny_decoder.h"

namespace lectern::test {
namespace {

using nlohmann::json;
using support::GgufBuilder;
using support::TinyDecoder;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string contents(const std::filesystem::path& path) { return text_of(support::read_file(path)); }

class BadInputTest : public CommandTest {
 protected:
  void expect_failure(const std::vector<std::string>& arguments, const std::string& file, const std::string& cause) {
    const auto result = lectern(arguments);
    const auto command = testing::PrintToString(arguments);
    EXPECT_EQ(result.status, 1) << command;
    EXPECT_THAT(result.err, AllOf(IsOneError(), HasSubstr(file), HasSubstr(cause))) << command;
    EXPECT_THAT(result.out, IsEmpty()) << command;
  }

  // Every command that takes a model refuses this one; those that look at all of it say why.
  void expect_refused(const std::string& name, const std::string& bytes, const std::string& cause) {
    const auto file = write(name, bytes);
    expect_failure({"compile", file, "-o", home() + "/out.lectern"}, name, cause);
    expect_failure({"bench", file, "--requests", "1"}, name, cause);
    EXPECT_FALSE(std::filesystem::exists(home() + "/out.lectern"));
  }
};

TEST_F(BadInputTest, DamagedCheckpoints) {
  const auto whole = text_of(support::build(TinyDecoder{}));
  expect_refused("empty.gguf", "", "is empty");
  expect_refused("cut.gguf", whole.substr(0, whole.size() / 2), "cut short");
  auto flipped = whole;
  flipped[flipped.find("blk.0.attn_q.weight") + 19] ^= 0x40;  // in its number of dimensions
  expect_refused("flipped.gguf", flipped, "66 dimensions");
}

TEST_F(BadInputTest, DamagedFolders) {
  const std::filesystem::path model = std::filesystem::path(std::getenv("LECTERN_MODELS")) / kEmbedder;
  for (const char* name : {"config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"}) {
    write(std::string("folder/") + name, contents(model / name));
  }
  std::string begin(20'000, '\0');
  std::ifstream(model / "model.safetensors", std::ios::binary).read(begin.data(), 20'000);
  const auto expect_weights_refused = [&](const std::string& bytes, const std::string& cause) {
    write("folder/model.safetensors", bytes);
    expect_failure({"inspect", home() + "/folder"}, "folder/model.safetensors", cause);
    expect_failure({"index", kDocuments, "--embedding-model", home() + "/folder"}, "model.safetensors", cause);
  };
  expect_weights_refused("", "is empty");
  expect_weights_refused(begin, "past the end");
  begin[7] ^= 1;
  expect_weights_refused(begin, "claims a header");
}

TEST_F(BadInputTest, DamagedEngines) {
  const auto checkpoint = write("tiny.gguf", text_of(support::build(TinyDecoder{})));
  const auto engine = home() + "/tiny.lectern";
  ASSERT_EQ(lectern({"compile", checkpoint, "-o", engine}).status, 0);
  const auto whole = contents(engine);
  const auto expect_engine_refused = [&](const std::string& bytes, const std::string& cause) {
    const auto file = write("damaged.lectern", bytes);
    expect_failure({"bench", file, "--requests", "1", "--input-len", "4"}, "damaged.lectern", cause);
  };
  expect_engine_refused("", "is empty");
  expect_engine_refused(whole.substr(0, whole.size() / 2), "cut short");
  for (const std::size_t place : {whole.size() / 3, whole.size() - 1}) {
    auto flipped = whole;
    flipped[place] ^= 1;
    expect_engine_refused(flipped, "is damaged");
  }
}

TEST_F(BadInputTest, CraftedCheckpoints) {
  const auto crafted = [](const std::function<void(GgufBuilder&)>& more) {
    return text_of(support::build({.more = more}));
  };
  const auto without_tokenizer = [](const std::string& model, const std::vector<std::string>& tokens,
                                    const std::vector<std::string>& merges) {
    return text_of(support::build({.tokenizer = false, .more = [&](GgufBuilder& gguf) {
                                     gguf.text("tokenizer.ggml.model", model).text("tokenizer.ggml.pre", "smollm");
                                     gguf.texts("tokenizer.ggml.tokens", tokens).texts("tokenizer.ggml.merges", merges);
                                     gguf.i32s("tokenizer.ggml.token_type",
                                               std::vector<std::int32_t>(tokens.size(), 6));
                                   }}));
  };
  const auto with_alignment = [&](std::uint32_t alignment) {
    return crafted([=](GgufBuilder& gguf) { gguf.u32("general.alignment", alignment); });
  };
  expect_refused("family.gguf", text_of(support::build({.family = "mam\nba"})), "mam\\x0aba");
  for (const std::uint32_t alignment : {0u, 3u, 1u << 31}) {
    expect_refused("alignment.gguf", with_alignment(alignment), "general.alignment");
  }
  expect_refused("layers.gguf", text_of(support::build({.layers = 0})), "block_count");
  expect_refused("bytes.gguf", without_tokenizer("llama", {"<0x-1>"}, {}), "tokenizer.ggml.scores");
  expect_refused("bytes.gguf", without_tokenizer("gpt2", {"<0x-1>"}, {}), "<0x-1>");

  // Whole files, with one field overwritten: what follows a name or a key.
  const auto whole = crafted([](GgufBuilder& gguf) { gguf.text("general.last", "text"); });
  const auto with = [&](const std::string& after, std::size_t offset, auto value) {
    auto bytes = whole;
    std::memcpy(bytes.data() + bytes.find(after) + after.size() + offset, &value, sizeof value);
    return bytes;
  };
  constexpr std::uint64_t kHuge = ~std::uint64_t{0} - 7;
  expect_refused("string.gguf", with("general.last", 4, kHuge), "general.last");
  expect_refused("array.gguf", with("tokenizer.ggml.tokens", 8, kHuge), "tokenizer.ggml.tokens");
  expect_refused("type.gguf", with("llama.block_count", 0, std::uint32_t{6}), "llama.block_count");
  expect_refused("product.gguf", with("blk.0.attn_q.weight", 4, std::uint64_t{1} << 62), "blk.0.attn_q.weight");
  expect_refused("past.gguf", with("blk.0.attn_q.weight", 4 + 16 + 4, std::uint64_t{1} << 40), "past the end");
  expect_refused("over.gguf", with("blk.0.attn_q.weight", 4 + 16 + 4, std::uint64_t{0}), "over each other");
}

TEST_F(BadInputTest, OutputThatIsNoEngineIsNotOverwritten) {
  const auto whole = text_of(support::build(TinyDecoder{}));
  const auto checkpoint = write("tiny.gguf", whole);
  expect_failure({"compile", checkpoint, "-o", checkpoint}, "tiny.gguf", "not overwritten");
  EXPECT_EQ(contents(checkpoint), whole);
}

TEST_F(BadInputTest, BadDocumentsAreListedAndTheRestIsRead) {
  std::filesystem::create_directory(home() + "/docs");
  std::filesystem::copy("tests/library/data/encrypted.pdf", home() + "/docs/encrypted.pdf");
  write("docs/none.pdf", "no PDF");
  write("docs/empty.docx", "");
  write("docs/laughs.xml",
        "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">]><l>laugh &c;</l>");
  write("docs/tea.txt", "Green tea is brewed at 80 degrees.\n");
  ASSERT_EQ(::mkfifo((home() + "/docs/pipe.txt").c_str(), 0600), 0);
  const auto result = lectern({"index", home() + "/docs", "--json"});
  EXPECT_EQ(result.status, 0) << result.err;
  const auto report = json::parse(result.out);
  EXPECT_EQ(report["documents"]["indexed"], 1);
  std::map<std::string, std::string> reasons;
  for (const auto& failure : report["failures"]) {
    reasons[std::filesystem::path(failure["file"].get<std::string>()).filename()] = failure["reason"];
  }
  EXPECT_EQ(reasons.size(), 5u);
  EXPECT_THAT(reasons["encrypted.pdf"], HasSubstr("password"));
  EXPECT_THAT(reasons["none.pdf"], HasSubstr("not a PDF"));
  EXPECT_THAT(reasons["empty.docx"], HasSubstr("empty"));
  EXPECT_THAT(reasons["laughs.xml"], HasSubstr("entity"));
  EXPECT_THAT(reasons["pipe.txt"], HasSubstr("pipe"));
  EXPECT_THAT(lectern({"search", "tea"}).out, HasSubstr("80 degrees"));
}

TEST_F(BadInputTest, BadLibraries) {
  const auto library = home() + "/made.db";
  write("docs/tea.txt", "Green tea is brewed at 80 degrees.\n");
  ASSERT_EQ(lectern({"index", home() + "/docs", "--library", library}).status, 0);
  const auto whole = contents(library);
  const auto expect_library_refused = [&](const std::string& name, const std::string& cause) {
    const auto file = home() + "/" + name;
    const auto before = contents(file);
    expect_failure({"search", "tea", "--library", file}, name, cause);
    expect_failure({"index", home() + "/docs", "--library", file}, name, cause);
    EXPECT_EQ(contents(file), before);
  };
  const auto newer = write("newer.db", whole);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(newer.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  expect_library_refused("newer.db", "newer Lectern");
  write("text.db", std::string(5000, 'x'));
  expect_library_refused("text.db", "not a database");
  write("cut.db", whole.substr(0, whole.size() / 2));
  expect_library_refused("cut.db", "malformed");
}

}  // namespace
}  // namespace lectern::test
