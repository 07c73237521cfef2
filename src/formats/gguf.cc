#include "formats/gguf.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "core/bytes_reader.h"
#include "core/hash.h"
#include "core/mapped_file.h"
#include "core/paths.h"
#include "formats/gguf_types.h"
#include "formats/quoted_text.h"
#include "formats/tensor_checks.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

constexpr std::size_t kMaxNameBytes = 256;
constexpr std::uint64_t kMaxArrayEntries = std::uint64_t{1} << 24;  // of all arrays: a vocabulary has some 10^5

// What the reading passes share.
struct Source {
  std::string file;  // quoted
  BytesReader reader;
  std::uint64_t array_entries = 0;

  [[noreturn]] void refuse(const std::string& why, ErrorCode code = ErrorCode::kCorrupt) const {
    throw Error(code, file + ": " + why);
  }
  [[noreturn]] void damaged(const std::string& why) const { refuse(why + ". The file is damaged: download it again."); }
};

std::string read_name(Source& source, std::string_view kind) {
  const auto length = source.reader.read<std::uint64_t>(kind);
  if (length == 0 || length > kMaxNameBytes) {
    source.damaged("a " + std::string(kind) + " has " + std::to_string(length) + " bytes; 1 to " +
                   std::to_string(kMaxNameBytes) + " are allowed");
  }
  std::string name(source.reader.take_text(length, kind));
  if (to_valid_utf8(name) != name)
    source.damaged("the " + std::string(kind) + " " + quoted_text(name) + " is not UTF-8");
  return name;
}

// Reads scalars and arrays of one key.
class ValueReader {
 public:
  ValueReader(Source& source, const std::string& key) : source_(source), subject_("metadata " + quoted_text(key)) {}

  MetadataValue read() {
    const auto type = source_.reader.read<std::uint32_t>(subject_);
    switch (static_cast<GgufValueType>(type)) {
      case GgufValueType::kFloat32:
      case GgufValueType::kFloat64:
        return number(type);
      case GgufValueType::kBool:
        return integer(type) != 0;
      case GgufValueType::kString:
        return text();
      case GgufValueType::kArray:
        return array();
      default:
        return integer(type);
    }
  }

 private:
  [[noreturn]] void damaged(const std::string& why) const { source_.damaged(subject_ + " " + why); }

  template <typename T>
  T value() {
    return source_.reader.read<T>(subject_);
  }

  std::int64_t integer(std::uint32_t type) {
    switch (static_cast<GgufValueType>(type)) {
      case GgufValueType::kUint8:
        return value<std::uint8_t>();
      case GgufValueType::kInt8:
        return value<std::int8_t>();
      case GgufValueType::kUint16:
        return value<std::uint16_t>();
      case GgufValueType::kInt16:
        return value<std::int16_t>();
      case GgufValueType::kUint32:
        return value<std::uint32_t>();
      case GgufValueType::kInt32:
        return value<std::int32_t>();
      case GgufValueType::kInt64:
        return value<std::int64_t>();
      case GgufValueType::kUint64: {
        const auto wide = value<std::uint64_t>();
        if (wide > INT64_MAX) damaged("is out of range: " + std::to_string(wide));
        return static_cast<std::int64_t>(wide);
      }
      case GgufValueType::kBool: {
        const auto byte = value<std::uint8_t>();
        if (byte > 1) damaged("is neither true nor false");
        return byte;
      }
      default:
        damaged("has the unknown type " + std::to_string(type));
    }
  }

  double number(std::uint32_t type) {
    if (static_cast<GgufValueType>(type) == GgufValueType::kFloat32) return value<float>();
    return value<double>();
  }

  std::string text() {
    const auto length = value<std::uint64_t>();
    return std::string(source_.reader.take_text(length, subject_));
  }

  MetadataValue array() {
    const auto type = value<std::uint32_t>();
    const auto count = value<std::uint64_t>();
    const std::size_t least = gguf_value_bytes(type);
    if (static_cast<GgufValueType>(type) == GgufValueType::kArray) {
      source_.refuse(subject_ + " is an array of arrays, which Lectern cannot use.", ErrorCode::kUnsupported);
    }
    if (least == 0) damaged("is an array of the unknown type " + std::to_string(type));
    if (count > source_.reader.remaining() / least) {
      damaged("claims " + std::to_string(count) + " entries, more than the file has room for");
    }
    source_.array_entries += count;
    if (source_.array_entries > kMaxArrayEntries) damaged("brings the metadata's arrays past 16 million entries");
    switch (static_cast<GgufValueType>(type)) {
      case GgufValueType::kString:
        return entries<std::string>(count, [&] { return text(); });
      case GgufValueType::kFloat32:
      case GgufValueType::kFloat64:
        return entries<double>(count, [&] { return number(type); });
      default:
        return entries<std::int64_t>(count, [&] { return integer(type); });
    }
  }

  template <typename T, typename F>
  std::vector<T> entries(std::uint64_t count, F&& next) {
    std::vector<T> list;
    list.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) list.push_back(next());
    return list;
  }

  Source& source_;
  std::string subject_;
};

Metadata read_metadata(Source& source, std::uint64_t count) {
  constexpr std::uint64_t kLeastBytes = 8 + 1 + 4 + 1;  // key length, key, type, value
  if (count > source.reader.remaining() / kLeastBytes) {
    source.damaged("it claims " + std::to_string(count) + " metadata keys, more than it has room for");
  }
  Metadata metadata;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string key = read_name(source, "metadata key");
    MetadataValue value = ValueReader(source, key).read();
    if (metadata.contains(key)) source.damaged("metadata " + quoted_text(key) + " is there twice");
    metadata.emplace(std::move(key), std::move(value));
  }
  return metadata;
}

// A tensor whose bytes are not found yet.
struct TensorInfo {
  CheckpointTensor tensor;
  std::uint64_t offset = 0;  // in the data section
};

TensorInfo read_tensor_info(Source& source) {
  TensorInfo info;
  info.tensor.name = read_name(source, "tensor name");
  const std::string subject = "tensor " + quoted_text(info.tensor.name);
  const auto dimensions = source.reader.read<std::uint32_t>(subject);
  if (dimensions < 1 || dimensions > 4) {
    source.damaged(subject + " has " + std::to_string(dimensions) + " dimensions; 1 to 4 are allowed");
  }
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const auto size = source.reader.read<std::uint64_t>(subject);
    if (size == 0 || size > INT64_MAX) source.damaged(subject + " has a dimension of " + std::to_string(size));
    info.tensor.shape.insert(info.tensor.shape.begin(), static_cast<std::int64_t>(size));  // fastest comes first
  }
  const auto type = source.reader.read<std::uint32_t>(subject);
  const auto known = gguf_dtype(type);
  if (!known) {
    source.refuse(subject + " has the type " + gguf_type_name(type) +
                      ", which Lectern cannot read: it reads F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K, Q5_K and Q6_K. "
                      "Get the model in one of those.",
                  ErrorCode::kUnsupported);
  }
  info.tensor.type = *known;
  info.offset = source.reader.read<std::uint64_t>(subject);
  return info;
}

std::vector<TensorInfo> read_tensor_infos(Source& source, std::uint64_t count) {
  constexpr std::uint64_t kLeastBytes = 8 + 1 + 4 + 8 + 4 + 8;  // name, dimensions, type, offset
  if (count > source.reader.remaining() / kLeastBytes) {
    source.damaged("it claims " + std::to_string(count) + " tensors, more than it has room for");
  }
  std::vector<TensorInfo> infos;
  std::unordered_set<std::string> names;
  for (std::uint64_t i = 0; i < count; ++i) {
    infos.push_back(read_tensor_info(source));
    const std::string& name = infos.back().tensor.name;
    if (!names.insert(name).second) source.damaged("tensor " + quoted_text(name) + " is there twice");
  }
  return infos;
}

std::uint64_t read_alignment(const Source& source, const Metadata& metadata) {
  const auto found = metadata.find("general.alignment");
  if (found == metadata.end()) return 32;
  const auto* alignment = std::get_if<std::int64_t>(&found->second);
  if (alignment == nullptr || *alignment < 8 || *alignment > 1 << 20 ||
      !std::has_single_bit(static_cast<std::uint64_t>(*alignment))) {
    source.damaged("metadata \"general.alignment\" is not a power of two from 8 to 1048576");
  }
  return static_cast<std::uint64_t>(*alignment);
}

void read_version(Source& source) {
  if (source.reader.take_text(4, "its magic") != "GGUF") source.refuse("it is not a GGUF file.");
  const auto version = source.reader.read<std::uint32_t>("its version");
  const std::string number = std::to_string(version);
  if (version == 1) {
    source.refuse("it is GGUF version 1, which was given up in 2023. Download the model anew.",
                  ErrorCode::kUnsupported);
  }
  if (version != 0 && (version & 0xffffu) == 0) {
    source.refuse("it is a big-endian GGUF file; Lectern reads little-endian ones.", ErrorCode::kUnsupported);
  }
  if (version == 0) source.damaged("its version is 0");
  if (version > 3) {
    source.refuse("it is GGUF version " + number + "; this Lectern reads 2 and 3. Is there a newer Lectern?",
                  ErrorCode::kVersion);
  }
}

class Gguf : public Checkpoint {
 public:
  explicit Gguf(const std::filesystem::path& path) : path_(path), file_(path) {
    const std::string name = quoted(path);
    Source source{name, BytesReader(file_.bytes(), name)};
    read_version(source);
    const auto tensor_count = source.reader.read<std::uint64_t>("its tensor count");
    const auto key_count = source.reader.read<std::uint64_t>("its metadata count");
    metadata_ = read_metadata(source, key_count);
    find_data(source, read_tensor_infos(source, tensor_count));
  }

  CheckpointFormat format() const override { return CheckpointFormat::kGguf; }
  const std::filesystem::path& path() const override { return path_; }
  std::string family() const override { return text("general.architecture"); }
  std::span<const CheckpointTensor> tensors() const override { return tensors_; }
  const Metadata& metadata() const override { return metadata_; }

  std::string side_file(std::string_view) const override { return {}; }
  std::string content_hash(const std::stop_token& stop) const override { return sha256(file_.bytes(), stop); }

 private:
  void find_data(const Source& source, std::vector<TensorInfo> infos) {
    const std::uint64_t alignment = read_alignment(source, metadata_);
    const std::uint64_t begin = (source.reader.position() + alignment - 1) / alignment * alignment;
    const std::uint64_t room = file_.bytes().size() - std::min<std::uint64_t>(begin, file_.bytes().size());
    std::vector<TensorPlace> places;
    for (TensorInfo& info : infos) {
      CheckpointTensor& tensor = info.tensor;
      const std::string subject = "tensor " + quoted_text(tensor.name);
      const auto bytes = tensor_bytes(tensor.type, tensor.shape);
      if (!bytes) {
        source.damaged(subject + " of type " + std::string(lectern::name(tensor.type)) +
                       " has dimensions that are too large, or rows that are not whole blocks");
      }
      if (info.offset % alignment != 0) source.damaged(subject + " does not begin at a multiple of the alignment");
      if (info.offset > room || *bytes > room - info.offset) {
        source.refuse(subject + " reaches past the end of the file, which was cut short: download it again.");
      }
      tensor.bytes = file_.bytes().subspan(begin + info.offset, *bytes);
      places.push_back({&tensor.name, info.offset, info.offset + *bytes});
    }
    if (const auto pair = find_overlap(places)) {
      source.damaged("tensors " + quoted_text(*pair->first) + " and " + quoted_text(*pair->second) +
                     " lie over each other");
    }
    for (TensorInfo& info : infos) tensors_.push_back(std::move(info.tensor));
  }

  std::filesystem::path path_;
  MappedFile file_;
  Metadata metadata_;
  std::vector<CheckpointTensor> tensors_;
};

}  // namespace

std::unique_ptr<Checkpoint> open_gguf(const std::filesystem::path& path) { return std::make_unique<Gguf>(path); }

}  // namespace lectern::formats
