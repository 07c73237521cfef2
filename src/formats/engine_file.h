// The engine file (.lectern): where the compiler and the runtime meet.
//
//   bytes 0..7    magic "LECTERN\0"
//   u32           format version (kEngineFormatVersion)
//   u32           0
//   u64           file size
//   u64 u64       offset and size of the header: JSON in UTF-8, the EngineHeader below
//   u64           checksum of the header (formats/checksum.h)
//   u64           checksum of the 48 bytes before
//   u64           0
//   then          sections, each 64-byte aligned, listed in the header: "tokenizer", "chat_template", "weights"
//   then          the header, 64-byte aligned, up to the file's end: it is written last, when all checksums are known
//
// Everything a step needs is decided here: the kernel calls in order, over planned buffers. All integers little-endian.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "core/mapped_file.h"

namespace lectern::formats {

inline constexpr std::uint32_t kEngineFormatVersion = 3;

/// What a buffer has a row for.
enum class Rows { kTokens, kSequences, kOutputs };

/// A buffer of the step. It lives at `offset` × (capacity in rows of its kind) in the arena of its kind, so that one
/// plan serves every step size: buffers whose lifetimes do not overlap share bytes.
struct BufferSpec {
  std::string name;
  DType type = DType::kF32;
  Rows rows = Rows::kTokens;
  std::int64_t columns = 0;
  std::size_t row_bytes = 0;  // a multiple of 64
  std::size_t offset = 0;     // bytes for each row of capacity, a multiple of 64
};

/// A weight in the "weights" section. Matrices are packed for the target; vectors are plain F32, and tables of
/// embeddings plain rows.
struct WeightSpec {
  std::string name;
  DType type = DType::kF32;
  std::int64_t rows = 0;  // 1 for a vector
  std::int64_t columns = 0;
  bool packed = false;
  std::uint64_t offset = 0;  // in the section, 64-byte aligned
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;  // of its bytes, filled in by the writer
};

/// Columns [column, column + columns) of a buffer; a kI8G32 buffer is only ever used whole.
struct Operand {
  int buffer = -1;  // index into EngineHeader::buffers; -1 where there is none
  std::int64_t column = 0;
  std::int64_t columns = 0;
};

/// One kernel call. The operands' and weights' order, and the attributes' names, are documented in
/// compiler/lowering.h for each op.
struct KernelCall {
  std::string op;  // kernels::name(Op)
  std::vector<Operand> inputs;
  std::vector<int> weights;  // indices into EngineHeader::weights; -1 where an optional one is absent
  Operand output;
  std::map<std::string, double> attributes;  // each within ±(2^31 - 1): whole ones fit an int
};

/// Layers that share heads, dimension and window, and so blocks.
struct KvGroup {
  int layers = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int window = 0;  // keys that a token sees, itself included; 0: all
};

struct SectionSpec {
  std::string name;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;  // 0 for "weights": each weight has its own
};

struct ModelConfig {
  std::string family;
  std::string name;
  bool generates = false;
  int context_length = 0;
  int vocabulary_size = 0;
  int embedding_size = 0;
  int layers = 0;
};

struct EngineHeader {
  ModelConfig config;
  std::string target;       // isa name
  std::string source_hash;  // SHA-256 of the checkpoint
  std::string precision;    // of CompileOptions
  std::vector<KvGroup> kv_groups;
  std::size_t token_arena = 0;     // bytes for each token of capacity
  std::size_t sequence_arena = 0;  // for each sequence
  std::size_t output_arena = 0;    // for each output row
  std::vector<BufferSpec> buffers;
  std::vector<WeightSpec> weights;
  std::vector<KernelCall> program;
  int result = -1;  // the F32 buffer that holds logits [outputs, vocabulary] or embeddings [sequences, embedding]
  std::vector<SectionSpec> sections;
};

/// Weights up to this size are checked at opening: a first step reads them all anyway, and checking a GiB takes less
/// time (some 70 ms) than that step. Of larger ones only `verify_weights` reads every byte.
inline constexpr std::uint64_t kWeightBytesCheckedAtOpening = std::uint64_t{1} << 30;

/// kSkip is for those who want the header or the tokenizer alone, or who check the weights at a time of their own.
enum class WeightCheck { kAtOpening, kSkip };

/// An engine file, mapped. Everything in the header is checked at opening: indices, spans, sizes, names, so that the
/// runtime can trust it. What an op makes of its operands (their number, types and widths, a packed weight's bytes) is
/// the executor's to check: formats do not know the ops.
class EngineFile {
 public:
  /// Throws Error kNotFound, kIo, kCorrupt (damaged or cut short), kVersion (another format version).
  explicit EngineFile(const std::filesystem::path& path, WeightCheck check = WeightCheck::kAtOpening);

  const std::filesystem::path& path() const { return path_; }
  const EngineHeader& header() const { return header_; }
  std::span<const std::byte> section(std::string_view name) const;  // empty where absent
  std::span<const std::byte> weight(int index) const;               // 64-byte aligned; empty for -1
  std::uint64_t size() const { return file_.bytes().size(); }

 private:
  std::filesystem::path path_;
  MappedFile file_;
  EngineHeader header_;
  std::span<const std::byte> weights_;
};

/// Reads every weight. Throws Error kCorrupt naming the first whose checksum is another.
void verify_weights(const EngineFile& file);

/// Whether the file begins with the engine magic.
bool is_engine_file(const std::filesystem::path& path);

/// Writes an engine file whole or not at all. `header.sections` and the checksums are filled in here; the weights'
/// offsets and sizes are the caller's. `write_weight(i, out)` fills weight i's bytes; `out` is 64-byte aligned, zeroed,
/// and the same memory for every weight. Throws Error kIo, kInternal (a header that the reader would refuse).
void write_engine_file(const std::filesystem::path& path, EngineHeader header, std::span<const std::byte> tokenizer,
                       std::string_view chat_template,
                       const std::function<void(int index, std::span<std::byte> out)>& write_weight);

}  // namespace lectern::formats
