// SHA-256, from OpenSSL: it uses the processor's own instructions, about 1.5 GB a second.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace lectern {

std::string sha256(std::span<const std::byte> bytes);  // 64 hexadecimal digits
/// Of a file, read in pieces. Throws Error kNotFound, kIo.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace lectern
