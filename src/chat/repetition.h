// Small models fall into saying the same thing again and again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lectern::chat {

/// The sentences said so far, compared by their letters and digits alone.
class Repetition {
 public:
  /// Whether `beginning` may turn out to be a sentence said before.
  bool may_repeat(std::string_view beginning) const;
  /// Whether `sentence` was said before; remembers it.
  bool repeats(std::string_view sentence);

 private:
  std::vector<std::string> said_;
};

/// Whether `text` ends in the same words four times over.
bool ends_in_loop(std::string_view text);

}  // namespace lectern::chat
