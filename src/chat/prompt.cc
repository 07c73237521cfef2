#include "chat/prompt.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "chat/marker.h"
#include "chat/sentence.h"
#include "chat/slot.h"
#include "core/moment.h"
#include "lectern/error.h"

namespace lectern::chat {
namespace {

// Fewer tokens than this hold no passage worth the name.
constexpr std::size_t kPassageRoom = 48;

std::size_t total(const std::vector<std::vector<TokenId>>& parts) {
  std::size_t sum = 0;
  for (const auto& part : parts) sum += part.size();
  return sum;
}

void append(std::vector<TokenId>& tokens, std::span<const TokenId> more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
}

std::vector<Message> conversation(const std::vector<std::string>& slots, bool system) {
  std::vector<Message> messages;
  std::size_t slot = 0;
  if (system) messages.push_back({"system", slots[slot++]});
  // Without a system role the instructions are the beginning of the first question.
  std::string carried = system ? "" : slots[slot++] + "\n\n";
  for (bool user = true; slot < slots.size(); user = !user) {
    messages.push_back({user ? "user" : "assistant", carried + slots[slot++]});
    carried.clear();
  }
  return messages;
}

std::vector<std::string> plain_frame(const std::vector<std::string>& slots) {
  std::vector<std::string> parts(slots.size() + 1, "\n\n");
  parts.front().clear();
  parts.back() = "\n\nAnswer:";
  return parts;
}

std::vector<std::string> template_frame(const Tokenizer& tokenizer, const std::vector<std::string>& slots) {
  if (!tokenizer.has_chat_template()) return plain_frame(slots);
  for (const bool system : {true, false}) {
    try {
      auto parts = around_slots(tokenizer.apply_chat_template(conversation(slots, system)), slots);
      if (!parts.empty()) return parts;
    } catch (const Error& error) {
      // Some templates refuse the system role.
      if (error.code() != ErrorCode::kInvalidArgument || !system) throw;
    }
  }
  throw changed_text();
}

}  // namespace

PromptBuilder::PromptBuilder(const Tokenizer& tokenizer, const Phrases& phrases, std::string_view question, int budget)
    : tokenizer_(tokenizer), phrases_(phrases) {
  // Hardly any text makes fewer tokens than one for each 64 bytes: a book is refused unread.
  const auto allowed = static_cast<std::size_t>(std::max(budget, 0));
  const Frame around = frame(0);
  instructions_ = encode(phrases.instructions, around.beginnings.front());
  asks_ = around.beginnings.back();
  const std::size_t fixed = total(around.parts) + instructions_.size() + kPassageRoom;
  const std::size_t room = allowed > fixed ? allowed - fixed : 0;
  const bool hopeless = question.size() / 64 > room;
  if (!hopeless) {
    question_ = encode(question, asks_);
    headed_question_ = encode(std::string(phrases_.question).append(question));
  }
  if (hopeless || headed_question_.size() > room) {
    const std::string length =
        hopeless ? std::to_string(question.size()) + " bytes" : std::to_string(question_.size()) + " tokens";
    throw Error(ErrorCode::kTooLong, "The question is too long: it has " + length +
                                         ", and beside the instructions and a passage " + std::to_string(room) +
                                         " tokens of the prompt's " + std::to_string(allowed) +
                                         " are left for it. Shorten it.");
  }
  budget_ = allowed;
}

PromptBuilder::Tokens PromptBuilder::encode(std::string_view text, const SlotBeginning& beginning) const {
  return tokenizer_.encode(beginning.blank + std::string(text),
                           {.add_special_tokens = false, .parse_special_tokens = false, .before = beginning.before});
}

PromptBuilder::Tokens PromptBuilder::encode(std::string_view text) const {
  return encode(text, {.blank = {}, .before = TextBefore::kText});
}

// Around instructions, `turns` earlier turns and the question.
PromptBuilder::Frame PromptBuilder::frame(std::size_t turns) const {
  std::vector<std::string> slots(2 * turns + 2);
  for (auto& slot : slots) slot = unguessable_slot();
  auto texts = template_frame(tokenizer_, slots);
  Frame frame;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    // What the question begins with is settled before it is known whether turns go before it.
    const bool settled = turns > 0 && i + 1 == slots.size() && asks_.blank.empty();
    const std::string blank = i < slots.size() && !settled ? take_blank(texts[i]) : "";
    const TextBefore before = i == 0 ? TextBefore::kNothing : TextBefore::kText;
    auto part =
        tokenizer_.encode(texts[i], {.add_special_tokens = false, .parse_special_tokens = true, .before = before});
    const bool start = i == 0 && !tokenizer_.has_chat_template() && tokenizer_.bos() >= 0;
    if (start) part.insert(part.begin(), tokenizer_.bos());
    if (i < slots.size()) {
      frame.beginnings.push_back({blank, part.empty() ? before : before_text(part, tokenizer_)});
    }
    frame.parts.push_back(std::move(part));
  }
  return frame;
}

// question, answer, question, …: oldest first
std::vector<PromptBuilder::Tokens> PromptBuilder::encode_turns(std::span<const Turn* const> turns,
                                                               const Frame& frame) const {
  std::vector<Tokens> said;
  for (const Turn* turn : turns) {
    said.push_back(encode(turn->question, frame.beginnings[said.size() + 1]));
    said.push_back(encode(turn->answer, frame.beginnings[said.size() + 1]));
  }
  return said;
}

std::string PromptBuilder::passage_head(const Passage& passage, std::size_t number) const {
  std::string head = "[";
  head.append(std::to_string(number)).append("] ");
  if (passage.file.empty()) return head;  // some sentences of it only
  head += passage.url.empty() ? std::filesystem::path(passage.file).filename().native()
                              : clock_time(passage.time_ms.value_or(0));  // the heading names the video
  if (passage.page) {
    head.append(", ").append(phrases_.page_before).append(std::to_string(*passage.page)).append(phrases_.page_after);
  }
  if (!passage.heading.empty()) head += ", " + passage.heading;
  return head + "\n";
}

PromptBuilder::Tokens PromptBuilder::cut_to_fit(std::string_view head, std::string_view text, std::size_t room) const {
  Tokens fitting;
  for (const auto sentence : sentences(text)) {
    const auto end = static_cast<std::size_t>(sentence.data() + sentence.size() - text.data());
    auto tokens = encode(std::string(head) + with_round_brackets(text.substr(0, end)) + "\n\n");
    if (tokens.size() > room) break;
    fitting = std::move(tokens);
  }
  return fitting;
}

PromptBuilder::Tokens PromptBuilder::with_passages(std::span<const Passage> passages, std::size_t room,
                                                   std::vector<Passage>& used) const {
  Tokens tokens = encode(phrases_.passages, asks_);
  for (const auto& passage : passages) {
    if (tokens.size() >= room) break;
    if (passage.text.empty()) {
      used.push_back(passage);  // it keeps its number
      continue;
    }
    const std::size_t left = room - tokens.size();
    const std::string head = passage_head(passage, used.size() + 1);
    auto piece = encode(head + with_round_brackets(passage.text) + (passage.file.empty() ? "\n" : "\n\n"));
    const bool whole = piece.size() <= left;
    if (!whole) piece = cut_to_fit(head, passage.text, left);
    if (piece.empty()) break;
    append(tokens, piece);
    used.push_back(passage);
    if (!whole) break;
  }
  if (used.empty()) tokens.clear();
  return tokens;
}

Prompt PromptBuilder::build(std::span<const Passage> passages, std::span<const Turn> history) const {
  Prompt prompt;
  auto parts = frame(0).parts;
  // The constructor has seen to it that this is not negative.
  const std::size_t room = budget_ - instructions_.size() - headed_question_.size() - total(parts);
  Tokens content;
  if (!passages.empty()) content = with_passages(passages, room, prompt.passages);
  append(content, content.empty() ? question_ : headed_question_);

  std::vector<const Turn*> turns;  // oldest first
  std::vector<Tokens> said;
  for (std::size_t back = 1; back <= history.size(); ++back) {
    const Turn& turn = history[history.size() - back];
    if (turn.answer.empty()) continue;
    turns.insert(turns.begin(), &turn);
    auto wider = frame(turns.size());
    auto more = encode_turns(turns, wider);
    if (instructions_.size() + content.size() + total(more) + total(wider.parts) > budget_) break;
    said = std::move(more);
    parts = std::move(wider.parts);
  }

  append(prompt.tokens, parts[0]);
  append(prompt.tokens, instructions_);
  for (std::size_t i = 0; i < said.size(); ++i) {
    append(prompt.tokens, parts[i + 1]);
    append(prompt.tokens, said[i]);
  }
  append(prompt.tokens, parts[parts.size() - 2]);
  prompt.passages_begin = prompt.tokens.size();
  append(prompt.tokens, content);
  prompt.passages_end = prompt.tokens.size() - (prompt.passages.empty() ? question_ : headed_question_).size();
  append(prompt.tokens, parts.back());
  return prompt;
}

}  // namespace lectern::chat
