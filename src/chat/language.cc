#include "chat/language.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace lectern::chat {
namespace {

constexpr Phrases kEnglish = {
    "Answer the question from the numbered passages, in one or two short sentences. Use only what the passages say, "
    "and "
    "write names, numbers, options and paths exactly as they do. After each sentence put the number of its passage in "
    "brackets, like [1].",
    "You are a helpful assistant. Answer briefly and truthfully.",
    "Passages:\n\n",
    "page ",
    "",
    "Question: ",
    "You judge whether an excerpt answers a question.",
    "Excerpt from ",
    "Does this excerpt answer the question? Reply only yes or no.",
    "yes",
    "no",
    "Rewrite the last question so that it can be understood without the others: put in the names that it refers to. "
    "Reply with the question alone.",
    "Your files say: ",
    "The nearest that your files say: ",
    "Your files do not tell.",
    "There are no files to answer from yet: index a folder first.",
};

constexpr Phrases kChinese = {
    "请只根据带编号的段落，用一到两个简短的句子以中文回答问题。名称、数字、选项和路径要与段落中的写法完全一致。"
    "每句话后面用方括号写出所依据的段落编号，例如[1]。",
    "你是一个乐于助人的助手。请用中文简短、如实地回答。",
    "段落：\n\n",
    "第",
    "页",
    "问题：",
    "你来判断一段摘录是否回答了一个问题。",
    "摘录，出自",
    "这段摘录回答了这个问题吗？只回答“是”或“否”。",
    "是",
    "否",
    "请改写最后一个问题，补上它所指的名称，使它不看前面的问题也能明白。只回复这个问题。",
    "您的文件里写道：",
    "您的文件里最接近的内容：",
    "您的文件里没有说明。",
    "还没有可以用来回答的文件：请先为一个文件夹建立索引。",
};

bool is_chinese(std::string_view question) {
  int han = 0, other = 0;  // a Chinese character says as much as two or three letters
  const auto size = static_cast<std::int32_t>(question.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(question.data(), i, size, c);
    if (u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) != 0)
      ++han;
    else if (u_isalpha(c) != 0)
      ++other;
  }
  return han * 3 > other;
}

}  // namespace

Phrases phrases_for(std::string_view question, bool small_model) {
  Phrases phrases = is_chinese(question) ? kChinese : kEnglish;
  if (small_model && !is_chinese(question)) {
    phrases.instructions =
        "You answer questions about documents. Answer in one or two sentences, using only the given text.";
    phrases.passages = "";
    phrases.question = "\nUsing the text above, answer this question: ";
  }
  return phrases;
}

}  // namespace lectern::chat
