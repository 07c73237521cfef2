// Whether the tests are built with a sanitizer: it makes some of them a hundred times slower, and others impossible.
#pragma once

namespace lectern::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitizer = true;
#else
inline constexpr bool kSanitizer = false;
#endif

}  // namespace lectern::test
