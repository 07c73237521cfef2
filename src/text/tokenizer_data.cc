#include "text/tokenizer_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/bytes_reader.h"
#include "lectern/error.h"
#include "text/byte_pair_tokenizer.h"
#include "text/sentence_piece_tokenizer.h"
#include "text/word_piece_tokenizer.h"

namespace lectern::text {
namespace {

// Little-endian: u32 layout, u8 model, u8 flags, i32 of five special tokens; then texts (u32 size, bytes), arrays (u32
// count, elements): pre-tokenizer, end tokens, tokens, types, merges; of a SentencePiece model also u8 prefix, scores.
constexpr std::uint32_t kLayout = 1;

enum Flag : std::uint8_t { kAddBos = 1, kAddEos = 2, kLowercase = 4, kPrefixUnlessBlank = 8 };

class BytesWriter {
 public:
  template <typename T>
  void put(T value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof(T));
  }
  void put_count(std::size_t count) {
    if (count > std::numeric_limits<std::uint32_t>::max()) {
      throw Error(ErrorCode::kUnsupported, fmt::format("A tokenizer with an array of {} entries is too large.", count));
    }
    put(static_cast<std::uint32_t>(count));
  }
  void put_text(std::string_view text) {
    put_count(text.size());
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    bytes_.insert(bytes_.end(), bytes, bytes + text.size());
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

[[noreturn]] void corrupt(std::string_view what) {
  throw Error(ErrorCode::kCorrupt,
              fmt::format("The tokenizer section is damaged: {}. Compile the checkpoint again.", what));
}

std::string read_text(BytesReader& in, std::string_view field) {
  return std::string(in.take_text(in.read<std::uint32_t>(field), field));
}

// A count of elements that take at least `element_bytes` each, so that no count asks for more memory than the section's
// size explains.
std::uint32_t read_count(BytesReader& in, std::size_t element_bytes, std::string_view field) {
  const auto count = in.read<std::uint32_t>(field);
  if (count > in.remaining() / element_bytes) corrupt(fmt::format("it ends inside its {}", field));
  return count;
}

TokenType to_token_type(std::uint8_t value) {
  if (value > static_cast<std::uint8_t>(TokenType::kByte)) corrupt(fmt::format("there is no token type {}", value));
  return static_cast<TokenType>(value);
}

BlankPrefix to_blank_prefix(std::uint8_t value) {
  if (value > static_cast<std::uint8_t>(BlankPrefix::kEach)) corrupt(fmt::format("there is no prefix {}", value));
  return static_cast<BlankPrefix>(value);
}

}  // namespace

std::vector<std::byte> serialize(const TokenizerData& data) {
  BytesWriter out;
  out.put(kLayout);
  out.put(static_cast<std::uint8_t>(data.model));
  out.put(static_cast<std::uint8_t>((data.add_bos ? kAddBos : 0) | (data.add_eos ? kAddEos : 0) |
                                    (data.lowercase ? kLowercase : 0) |
                                    (data.prefix_unless_blank ? kPrefixUnlessBlank : 0)));
  for (const TokenId id : {data.bos, data.eos, data.unknown, data.classify, data.separate}) out.put(id);
  out.put_text(data.pre_tokenizer);
  out.put_count(data.end_tokens.size());
  for (const TokenId id : data.end_tokens) out.put(id);
  out.put_count(data.tokens.size());
  for (const std::string& token : data.tokens) out.put_text(token);
  out.put_count(data.types.size());
  for (const TokenType type : data.types) out.put(static_cast<std::uint8_t>(type));
  out.put_count(data.merges.size());
  for (const auto& [left, right] : data.merges) {
    out.put_text(left);
    out.put_text(right);
  }
  if (data.model == TokenizerModel::kSentencePieces) {
    out.put(static_cast<std::uint8_t>(data.prefix));
    out.put_count(data.scores.size());
    for (const float score : data.scores) out.put(score);
  }
  return out.take();
}

TokenizerData parse_tokenizer_data(std::span<const std::byte> bytes) {
  BytesReader in(bytes, "The tokenizer section");
  TokenizerData data;
  if (const auto layout = in.read<std::uint32_t>("layout"); layout != kLayout) {
    corrupt(fmt::format("layout {} is not {}", layout, kLayout));
  }
  const auto model = in.read<std::uint8_t>("model");
  if (model > static_cast<std::uint8_t>(TokenizerModel::kSentencePieces))
    corrupt(fmt::format("there is no model {}", model));
  data.model = static_cast<TokenizerModel>(model);
  const auto flags = in.read<std::uint8_t>("flags");
  data.add_bos = (flags & kAddBos) != 0;
  data.add_eos = (flags & kAddEos) != 0;
  data.lowercase = (flags & kLowercase) != 0;
  data.prefix_unless_blank = (flags & kPrefixUnlessBlank) != 0;
  for (TokenId* id : {&data.bos, &data.eos, &data.unknown, &data.classify, &data.separate}) {
    *id = in.read<TokenId>("special tokens");
  }
  data.pre_tokenizer = read_text(in, "pre-tokenizer");
  data.end_tokens.resize(read_count(in, sizeof(TokenId), "end tokens"));
  for (TokenId& id : data.end_tokens) id = in.read<TokenId>("end tokens");
  data.tokens.resize(read_count(in, sizeof(std::uint32_t), "tokens"));
  for (std::string& token : data.tokens) token = read_text(in, "tokens");
  data.types.resize(read_count(in, 1, "token types"));
  for (TokenType& type : data.types) type = to_token_type(in.read<std::uint8_t>("token types"));
  data.merges.resize(read_count(in, 2 * sizeof(std::uint32_t), "merges"));
  for (auto& [left, right] : data.merges) {
    left = read_text(in, "merges");
    right = read_text(in, "merges");
  }
  if (data.model == TokenizerModel::kSentencePieces) {
    data.prefix = to_blank_prefix(in.read<std::uint8_t>("prefix"));
    data.scores.resize(read_count(in, sizeof(float), "scores"));
    for (float& score : data.scores) score = in.read<float>("scores");
  }
  if (in.remaining() != 0) corrupt(fmt::format("{} bytes follow its end", in.remaining()));
  return data;
}

std::unique_ptr<Tokenizer> make_tokenizer(TokenizerData data) {
  switch (data.model) {
    case TokenizerModel::kBytePairs:
      return std::make_unique<BytePairTokenizer>(std::move(data));
    case TokenizerModel::kWordPieces:
      return std::make_unique<WordPieceTokenizer>(std::move(data));
    case TokenizerModel::kSentencePieces:
      return std::make_unique<SentencePieceTokenizer>(std::move(data));
  }
  throw Error(ErrorCode::kInternal, "a tokenizer of no kind");
}

}  // namespace lectern::text
