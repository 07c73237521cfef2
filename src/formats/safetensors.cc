#include "formats/safetensors.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/bytes_reader.h"
#include "core/paths.h"
#include "formats/json_text.h"
#include "formats/quoted_text.h"
#include "formats/tensor_checks.h"
#include "lectern/error.h"

namespace lectern::formats {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

struct StoredType {
  std::string_view name;
  std::uint64_t bytes;
  bool floating;
};

constexpr std::array kStoredTypes = {
    StoredType{"BOOL", 1, false},   StoredType{"U8", 1, false},     StoredType{"I8", 1, false},
    StoredType{"U16", 2, false},    StoredType{"I16", 2, false},    StoredType{"U32", 4, false},
    StoredType{"I32", 4, false},    StoredType{"U64", 8, false},    StoredType{"I64", 8, false},
    StoredType{"F8_E4M3", 1, true}, StoredType{"F8_E5M2", 1, true}, StoredType{"F16", 2, true},
    StoredType{"BF16", 2, true},    StoredType{"F32", 4, true},     StoredType{"F64", 8, true}};

// A tensor as the header has it, and where its bytes are in the data.
struct Entry {
  CheckpointTensor tensor;
  bool weight = false;
  std::uint64_t begin = 0, end = 0;
};

class HeaderReader {
 public:
  explicit HeaderReader(std::string file) : file_(std::move(file)) {}

  Entry entry(const std::string& name, const json& value) const {
    Entry entry;
    entry.tensor.name = name;
    const std::string subject = "tensor " + quoted_text(name);
    if (name.empty() || name.size() > 256) damaged("a tensor's name is empty or longer than 256 bytes");
    if (!value.is_object()) damaged(subject + " is not described by an object");
    const StoredType type = stored_type(subject, field(subject, value, "dtype"));
    std::tie(entry.begin, entry.end) = offsets(subject, field(subject, value, "data_offsets"));
    const std::uint64_t values = shape(subject, field(subject, value, "shape"), entry.tensor.shape);
    if (values > entry.end - entry.begin || values * type.bytes != entry.end - entry.begin) {
      damaged(subject + " has " + std::to_string(entry.end - entry.begin) + " bytes, not what its shape and type need");
    }
    entry.weight = type.floating && values > 0;
    if (const auto known = dtype_from_name(type.name); known && entry.weight) {
      entry.tensor.type = *known;
    } else if (entry.weight) {
      throw Error(ErrorCode::kUnsupported, file_ + ": " + subject + " has the type " + std::string(type.name) +
                                               ", which Lectern cannot read: it reads F32, F16 and BF16.");
    }
    return entry;
  }

  [[noreturn]] void damaged(const std::string& why) const {
    throw Error(ErrorCode::kCorrupt, file_ + ": " + why + ". The file is damaged: download it again.");
  }

 private:
  const json& field(const std::string& subject, const json& value, const char* key) const {
    const auto found = value.find(key);
    if (found == value.end()) damaged(subject + " has no " + key);
    return *found;
  }

  StoredType stored_type(const std::string& subject, const json& value) const {
    if (!value.is_string()) damaged(subject + " has a dtype that is not text");
    const auto& name = value.get_ref<const std::string&>();
    for (const StoredType& type : kStoredTypes) {
      if (type.name == name) return type;
    }
    throw Error(ErrorCode::kUnsupported, file_ + ": " + subject + " has the type " + quoted_text(name.substr(0, 32)) +
                                             ", which Lectern does not know.");
  }

  std::uint64_t whole(const std::string& subject, const json& value) const {
    if (!value.is_number_unsigned()) damaged(subject + " has a size or offset that is not a whole number");
    return value.get<std::uint64_t>();
  }

  std::pair<std::uint64_t, std::uint64_t> offsets(const std::string& subject, const json& value) const {
    if (!value.is_array() || value.size() != 2) damaged(subject + " has data_offsets that are not two numbers");
    const std::pair span(whole(subject, value[0]), whole(subject, value[1]));
    if (span.first > span.second) damaged(subject + " ends before it begins");
    return span;
  }

  // Returns the number of values.
  std::uint64_t shape(const std::string& subject, const json& value, std::vector<std::int64_t>& shape) const {
    if (!value.is_array() || value.size() > 8) damaged(subject + " has a shape that is not a short list");
    constexpr std::uint64_t kMost = std::uint64_t{1} << 56;
    std::uint64_t values = 1;
    for (const json& size : value) {
      const std::uint64_t n = whole(subject, size);
      if (n > kMost || (n != 0 && values > kMost / n)) damaged(subject + " has dimensions that are too large");
      values *= n;
      shape.push_back(static_cast<std::int64_t>(n));
    }
    if (shape.empty()) shape.push_back(1);
    return values;
  }

  std::string file_;
};

// The format leaves no byte of the data without a tensor: what is missing or doubled is damage.
void check_places(const HeaderReader& header, std::vector<Entry>& entries, std::uint64_t data_bytes) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {
    const std::string subject = "tensor " + quoted_text(entry.tensor.name);
    if (entry.end > data_bytes) {
      header.damaged(subject + " reaches past the end of the file, which has " + std::to_string(data_bytes) +
                     " bytes of tensors");
    }
    if (entry.begin < end) header.damaged(subject + " lies over another tensor");
    if (entry.begin > end) header.damaged("bytes before " + subject + " belong to no tensor");
    end = entry.end;
  }
  if (end != data_bytes) header.damaged("bytes at its end belong to no tensor");
}

}  // namespace

Safetensors::Safetensors(const std::filesystem::path& path) : file_(path) {
  const std::string file = quoted(path);
  const HeaderReader header(file);
  BytesReader reader(file_.bytes(), file);
  const auto header_bytes = reader.read<std::uint64_t>("its header's size");
  if (header_bytes > kMaxHeaderBytes)
    header.damaged("it claims a header of " + std::to_string(header_bytes) + " bytes");
  const json root = parse_json(reader.take_text(header_bytes, "its header"), "The header of " + file);
  if (!root.is_object()) header.damaged("its header is not a JSON object");
  std::vector<Entry> entries;
  for (const auto& [name, value] : root.items()) {
    if (name != "__metadata__") entries.push_back(header.entry(name, value));
  }
  const auto data = file_.bytes().subspan(reader.position());
  check_places(header, entries, data.size());
  for (Entry& entry : entries) {
    if (!entry.weight) continue;
    entry.tensor.bytes = data.subspan(entry.begin, entry.end - entry.begin);
    tensors_.push_back(std::move(entry.tensor));
  }
}

}  // namespace lectern::formats
