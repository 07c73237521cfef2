// Lines from a person, with editing and history.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace lectern::cli {

/// Reads standard input, which must be a terminal.
class LineEditor {
 public:
  /// `history_file` may be empty: then the history lasts as long as the editor.
  explicit LineEditor(std::filesystem::path history_file);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;

  /// A line without its line break; nothing after Ctrl-D, or Ctrl-C twice. One Ctrl-C clears the line.
  std::optional<std::string> read();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// $XDG_STATE_HOME/lectern/chat_history, its folder created; empty where that cannot be.
std::filesystem::path history_file();

}  // namespace lectern::cli
