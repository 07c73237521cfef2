#include "core/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/paths.h"
#include "lectern/error.h"

namespace lectern {

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

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.digest();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw Error(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                quoted(path) + " cannot be opened: " + std::strerror(errno) + ".");
  }
  Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  ssize_t got = 0;
  while ((got = ::read(descriptor, buffer.data(), buffer.size())) > 0) {
    hash.add(std::span(buffer).first(static_cast<std::size_t>(got)));
  }
  const int error = errno;
  ::close(descriptor);
  if (got < 0) throw Error(ErrorCode::kIo, quoted(path) + " cannot be read: " + std::strerror(error) + ".");
  return hash.digest();
}

}  // namespace lectern
