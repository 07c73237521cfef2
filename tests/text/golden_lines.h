// The lines that golden token ids were made of (golden/generate_lines.py).
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/bytes_reader.h"
#include "lectern/tokenizer.h"

namespace lectern::text {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

inline std::vector<std::string> read_lines() {
  const std::string packed = read_file("tests/text/golden/lines.z");
  std::string plain(4 << 20, '\0');
  uLongf size = plain.size();
  const int result = uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                                reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  EXPECT_EQ(result, Z_OK);
  plain.resize(size);
  BytesReader in(as_bytes(plain), "lines.z");
  std::vector<std::string> lines;
  while (in.remaining() > 0) lines.emplace_back(in.take_text(in.read<std::uint32_t>("size"), "line"));
  return lines;
}

inline std::uint64_t fnv1a(std::span<const TokenId> ids) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::byte byte : std::as_bytes(ids)) hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3u;
  return hash;
}

}  // namespace lectern::text
