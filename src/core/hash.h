// SHA-256, from OpenSSL: it uses the processor's own instructions, about 1.5 GB a second.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

struct evp_md_ctx_st;

namespace lectern {

/// Of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::span<const std::byte> bytes);
  std::string digest();  // 64 hexadecimal digits; nothing can be added after it

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

/// Throws Error kCancelled where `stop` says so.
std::string sha256(std::span<const std::byte> bytes, const std::stop_token& stop = {});
/// Of a file, read in pieces. Throws Error kNotFound, kIo, kCancelled.
std::string sha256_of_file(const std::filesystem::path& path, const std::stop_token& stop = {});

}  // namespace lectern
