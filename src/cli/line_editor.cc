#include "cli/line_editor.h"

#include <histedit.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "lectern/error.h"

namespace lectern::cli {

struct LineEditor::State {
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::filesystem::path file;
  bool interrupted = false;  // the line in hand, by Ctrl-C
};

namespace {

constexpr int kHistoryLines = 1000;

// libedit shows its prompt before it takes the terminal: a Ctrl-C in between would be a signal, a Ctrl-D lost.
class KeysAreCharacters {
 public:
  KeysAreCharacters() {
    known_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!known_) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ISIG | ICANON | ECHO);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  }
  ~KeysAreCharacters() {
    if (known_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  KeysAreCharacters(const KeysAreCharacters&) = delete;
  KeysAreCharacters& operator=(const KeysAreCharacters&) = delete;

 private:
  termios before_{};
  bool known_ = false;
};

const char* prompt(EditLine*) { return "> "; }

}  // namespace

LineEditor::LineEditor(std::filesystem::path file) : state_(std::make_unique<State>()) {
  state_->file = std::move(file);
  state_->editor = el_init("lectern", stdin, stdout, stderr);
  state_->history = history_init();
  if (state_->editor == nullptr || state_->history == nullptr) {
    throw Error(ErrorCode::kIo, "The terminal cannot be used for line editing: is TERM set to its type?");
  }
  EditLine* editor = state_->editor;
  HistEvent event;
  history(state_->history, &event, H_SETSIZE, kHistoryLines);
  history(state_->history, &event, H_SETUNIQUE, 1);
  if (!state_->file.empty()) history(state_->history, &event, H_LOAD, state_->file.c_str());
  el_set(editor, EL_CLIENTDATA, state_.get());
  el_set(editor, EL_PROMPT, prompt);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, history, state_->history);
  // While a line is edited Ctrl-C is a key like any other.
  el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
  // The wide call, since the narrow one copies both names and never frees them.
  el_wset(
      editor, EL_ADDFN, L"lectern-interrupt", L"Clears the line", +[](EditLine* el, int) -> unsigned char {
        State* state = nullptr;
        el_get(el, EL_CLIENTDATA, &state);
        state->interrupted = true;
        std::fputs("^C", stdout);
        return CC_NEWLINE;
      });
  el_set(editor, EL_BIND, "^C", "lectern-interrupt", nullptr);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_source(editor, nullptr);  // the person's own ~/.editrc
}

LineEditor::~LineEditor() {
  el_end(state_->editor);
  history_end(state_->history);
}

std::optional<std::string> LineEditor::read() {
  for (int interrupts = 0; interrupts < 2;) {
    state_->interrupted = false;
    int count = 0;
    const KeysAreCharacters keys;
    const char* line = el_gets(state_->editor, &count);
    if (state_->interrupted) {
      // A line thrown away is no wish to leave.
      const bool had_text = line != nullptr && count > 1;
      interrupts = had_text ? 0 : interrupts + 1;
      if (!had_text && interrupts == 1) std::puts("(once more, or Ctrl-D, leaves)");
      continue;
    }
    if (line == nullptr || count <= 0) return std::nullopt;
    std::string text(line, static_cast<std::size_t>(count));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.find_first_not_of(" \t") != std::string::npos) {
      HistEvent event;
      history(state_->history, &event, H_ENTER, text.c_str());
      if (!state_->file.empty()) history(state_->history, &event, H_SAVE, state_->file.c_str());
    }
    return text;
  }
  return std::nullopt;
}

std::filesystem::path history_file() {
  std::filesystem::path folder;
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    folder = state;
  } else if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    folder = std::filesystem::path(home) / ".local/state";
  } else {
    return {};
  }
  folder /= "lectern";
  std::error_code failed;
  const bool made = std::filesystem::create_directories(folder, failed);
  if (failed) return {};
  // What people ask is their own.
  if (made) ::chmod(folder.c_str(), S_IRWXU);
  return folder / "chat_history";
}

}  // namespace lectern::cli
