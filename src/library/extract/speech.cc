#include "library/extract/speech.h"

#include <algorithm>

namespace lectern::library {
namespace {

constexpr std::int64_t kLongPause = 4000;      // milliseconds without a word: a new paragraph
constexpr std::int64_t kShortPause = 400;      // ends a line where there are no sentences
constexpr std::size_t kLongParagraph = 700;    // bytes, after which the next end of a sentence ends the paragraph
constexpr std::size_t kLineWidth = 90;         // columns of a line that a short pause may end
constexpr std::size_t kMaxLineWidth = 180;     // and that any cue ends
constexpr std::size_t kWidthOfSentence = 400;  // columns for each full stop: where there are fewer, nobody wrote them

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u; }

// Of scripts that write no spaces: kana, Chinese characters and their punctuation, by the first byte.
bool is_wide(unsigned char lead) { return (lead >= 0xe3 && lead <= 0xe9) || lead == 0xef; }

bool begins_wide(std::string_view text) { return !text.empty() && is_wide(static_cast<unsigned char>(text.front())); }

bool ends_wide(std::string_view text) {
  while (!text.empty() && continues(text.back())) text.remove_suffix(1);
  return !text.empty() && is_wide(static_cast<unsigned char>(text.back()));
}

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) columns += continues(c) ? 0 : is_wide(static_cast<unsigned char>(c)) ? 2 : 1;
  return columns;
}

bool ends_sentence(std::string_view text) {
  for (const std::string_view close : {"\"", "”", "'", "’", ")", "」", "』", "）"}) {
    if (text.ends_with(close)) text.remove_suffix(close.size());
  }
  for (const std::string_view mark : {".", "?", "!", "…", "。", "？", "！"}) {
    if (text.ends_with(mark)) return true;
  }
  return false;
}

std::size_t sentence_ends(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t end = 0; end < text.size();) {
    end = std::min(text.find(' ', end + 1), text.size());
    if (ends_sentence(text.substr(0, end))) ++count;
  }
  for (const std::string_view mark : {"。", "？", "！"}) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string_view::npos; at += mark.size()) {
      if (at + mark.size() < text.size() && text[at + mark.size()] != ' ') ++count;  // the others are counted above
    }
  }
  return count;
}

bool has_sentences(std::span<const Cue> cues) {
  std::size_t columns = 0, ends = 0;
  for (const Cue& cue : cues) {
    for (const std::string& line : cue.lines) {
      columns += width(line);
      ends += sentence_ends(line);
    }
  }
  return ends * kWidthOfSentence >= columns;
}

class Writer {
 public:
  Writer(bool sentences, std::span<const Chapter> chapters, TextBuilder& out)
      : sentences_(sentences), chapters_(chapters), out_(out) {}

  void cue(const Cue& cue) {
    begin_chapters(cue.begin);
    if (!last_.empty()) separate(cue);
    out_.time(std::min(cue.begin, kLongestRecording));
    for (const std::string& line : cue.lines) {
      std::string_view words = line;
      if (words.starts_with(">>")) {  // another one speaks
        if (!last_.empty()) new_paragraph();
        words.remove_prefix(2);
      }
      if (!(sentences_ && ends_wide(last_) && begins_wide(words))) out_.text(" ");
      out_.text(words);
      paragraph_ += words.size() + 1;
      line_ += width(words) + 1;
      last_ = line;
    }
    end_ = std::max(end_, cue.end);
  }

 private:
  void begin_chapters(std::int64_t time) {
    while (!chapters_.empty() && chapters_.front().begin <= time) {
      out_.time(chapters_.front().begin);
      out_.begin_heading(2);
      out_.text(chapters_.front().title);
      out_.end_heading();
      new_paragraph();
      last_.clear();
      chapters_ = chapters_.subspan(1);
    }
  }

  void separate(const Cue& next) {
    const std::int64_t pause = next.begin - end_;
    if (pause >= kLongPause || (paragraph_ >= kLongParagraph && ends_sentence(last_))) {
      new_paragraph();
    } else if (!sentences_ && (line_ >= kMaxLineWidth || (line_ >= kLineWidth && pause >= kShortPause))) {
      out_.line_break();
      line_ = 0;
    }
  }

  void new_paragraph() {
    out_.paragraph();
    paragraph_ = line_ = 0;
  }

  const bool sentences_;
  std::span<const Chapter> chapters_;
  TextBuilder& out_;
  std::string last_;                      // what was written last, empty at the beginning of a chapter
  std::int64_t end_ = 0;                  // of the words so far, milliseconds
  std::size_t paragraph_ = 0, line_ = 0;  // bytes of the paragraph so far, columns of the line
};

}  // namespace

void append_speech(std::vector<Cue> cues, std::span<const Chapter> chapters, TextBuilder& out) {
  std::stable_sort(cues.begin(), cues.end(), [](const Cue& a, const Cue& b) { return a.begin < b.begin; });
  Writer writer(has_sentences(cues), chapters, out);
  for (const Cue& cue : cues) {
    if (!cue.lines.empty()) writer.cue(cue);
  }
}

}  // namespace lectern::library
