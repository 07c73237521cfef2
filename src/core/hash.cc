#include "core/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

void check(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorCode::kCancelled, "Hashing was stopped on request.");
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorCode::kInternal, "OpenSSL offers no SHA-256.");
  }
}

void Sha256::add(std::span<const std::byte> bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

std::string Sha256::digest() {
  unsigned char bytes[32];
  EVP_DigestFinal_ex(context_.get(), bytes, nullptr);
  std::string text;
  for (unsigned char b : bytes) {
    text += "0123456789abcdef"[b >> 4];
    text += "0123456789abcdef"[b & 15];
  }
  return text;
}

std::string sha256(std::span<const std::byte> bytes, const std::stop_token& stop) {
  Sha256 hash;
  while (!bytes.empty()) {
    check(stop);
    const auto piece = bytes.first(std::min(bytes.size(), kPieceBytes));
    hash.add(piece);
    bytes = bytes.subspan(piece.size());
  }
  return hash.digest();
}

std::string sha256_of_file(const std::filesystem::path& path, const std::stop_token& stop) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw Error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                quoted(path) + " cannot be opened: " + std::strerror(errno) + ".");
  }
  Sha256 hash;
  std::vector<std::byte> buffer(kPieceBytes);
  ssize_t got = 0;
  while (!stop.stop_requested() && (got = ::read(descriptor, buffer.data(), buffer.size())) > 0) {
    hash.add(std::span(buffer).first(static_cast<std::size_t>(got)));
  }
  const int error = errno;
  ::close(descriptor);
  check(stop);
  if (got < 0) throw Error(ErrorCode::kIo, quoted(path) + " cannot be read: " + std::strerror(error) + ".");
  return hash.digest();
}

}  // namespace lectern
