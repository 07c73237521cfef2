#include <gtest/gtest.h>

#include "lectern/error.h"
#include "text/chat_template.h"

namespace lectern::text {
namespace {

std::string render(const std::string& source, std::vector<Message> messages = {{"user", "hi"}}) {
  return ChatTemplate(source).render(messages, "<s>", "</s>");
}

// The message of the error that `source` ends in.
std::string failure(const std::string& source, ErrorCode code) {
  try {
    return "rendered: " + render(source).substr(0, 100);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Jinja, NamesWhatItDoesNotKnowWithItsLine) {
  const auto unknown = [](const std::string& source) { return failure(source, ErrorCode::kUnsupported); };
  EXPECT_NE(unknown("\n\n{% include 'x' %}").find("line 3: the tag \"include\""), std::string::npos);
  EXPECT_NE(unknown("a\n{{ 1 | sha1 }}").find("line 2: the filter \"sha1\""), std::string::npos);
  EXPECT_NE(unknown("{{ 1 is perfect }}").find("the test \"perfect\""), std::string::npos);
  EXPECT_NE(unknown("{{ 'a'.zfill(3) }}").find("the method \"zfill\""), std::string::npos);
  EXPECT_NE(unknown("{{ messages.append(1) }}").find("the method \"append\""), std::string::npos);
  EXPECT_NE(unknown("{{ lipsum() }}").find("the function \"lipsum\""), std::string::npos);
  EXPECT_NE(unknown("{% raw %}{{ x }}{% endraw %}").find("a raw block"), std::string::npos);
  EXPECT_NE(unknown("{% for x in y recursive %}{% endfor %}").find("a recursive loop"), std::string::npos);
  EXPECT_NE(unknown("{% call f() %}{% endcall %}").find("the tag \"call\""), std::string::npos);
  EXPECT_NE(unknown("{{ '%s' % 1 }}").find("formatting a text"), std::string::npos);
}

TEST(Jinja, BrokenSyntaxIsRefused) {
  for (const char* source : {"{{",
                             "{{ 1",
                             "{% if %}",
                             "{% if 1 %}",
                             "{{ 1 + }}",
                             "{{ (1 }}",
                             "{{ 'x }}",
                             "{% for in x %}",
                             "{% endif %}",
                             "{{ a..b }}",
                             "{{ a b }}",
                             "{# x",
                             "{{ {1 2} }}",
                             "{% set = 1 %}",
                             "{{ x[ }}",
                             "{% macro f( %}",
                             "{{ \"\\ud800\" }}",
                             "{{ 1 ? 2 : 3 }}",
                             "{% else %}",
                             "{{ 99999999999999999999 }}",
                             "{% break %}",
                             "{%",
                             "{% macro f(a=1, b) %}{% endmacro %}"}) {
    EXPECT_NE(failure(source, ErrorCode::kUnsupported).find("line 1"), std::string::npos) << source;
  }
}

TEST(Jinja, WhatPythonRefusesIsRefused) {
  for (const char* source :
       {"{{ missing.x }}", "{{ missing + 1 }}", "{{ 1 + 'a' }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ 1 < 'a' }}",
        "{{ [1][::0] }}", "{{ 5[0:1] }}", "{% for x in 5 %}{% endfor %}", "{% set a, b = [1] %}", "{{ ''.split('') }}",
        "{{ messages() }}", "{{ raise_exception('no') }}"}) {
    EXPECT_EQ(failure(source, ErrorCode::kInvalidArgument).find("rendered"), std::string::npos) << source;
  }
}

TEST(Jinja, RunawayTemplatesAreStopped) {
  const std::string loop = "{% for i in range(99999) %}";
  const std::string long_text =
      "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x "
      "}}";
  const std::string nested_lists =
      "{% set ns = namespace(x=[]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}";
  const std::string wide_lists =
      "{% set ns = namespace(x=[1]) %}{% for i in range(30) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}";
  const std::vector<std::string> templates{
      loop + loop + "{% endfor %}{% endfor %}",
      loop + "{% for j in range(i) %}{{ j }}{% endfor %}{% endfor %}",
      "{{ range(10 ** 18) }}",
      "{{ range(0, -9223372036854775807, -1) | length }}",
      "{{ 'a' * 10 ** 18 }}",
      "{{ [1] * 10 ** 17 }}",
      "{{ [0] * 9223372036854775807 }}",
      "{{ 2 ** 9999 }}",
      "{{ 9223372036854775807 + 1 }}",
      long_text,
      nested_lists,
      wide_lists + "{{ ns.x }}",
      wide_lists + "{{ ns.x | tojson(indent=8) }}",
      wide_lists + "{{ ns.x == ns.x + [] }}",
      "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
      "{% macro f(n) %}{% for i in range(9) %}{{ f(n + 1) if n < 40 }}{% endfor %}{% endmacro %}{{ f(0) }}",
      "{% set ns = namespace() %}{% set ns.me = ns %}",
      "{% set ns = namespace() %}{{ [ns] }}",
      "{{ " + repeated("(", 100000) + "1" + repeated(")", 100000) + " }}",
      "{{ " + repeated("[", 100000) + "1",
      "{{ " + repeated("-", 100000) + "1 }}",
      "{{ " + repeated("not ", 100000) + "1 }}",
      "{{ 1" + repeated(" + 1", 100000) + " }}",
      "{{ x" + repeated(".x", 100000) + " }}",
      "{{ x" + repeated(" | trim", 100000) + " }}",
      "{{ 1" + repeated(" if 1 else 2", 100000) + " }}",
      "{{ {'a': " + repeated("{'a': ", 100000) + "1",
      repeated("{% if 1 %}", 100000),
      repeated("{% for i in x %}", 1000) + repeated("{% endfor %}", 1000),
      std::string(2 << 20, 'x'),
  };
  for (const std::string& source : templates) {
    const std::string message = failure(source, ErrorCode::kUnsupported);
    EXPECT_EQ(message.find("rendered"), std::string::npos) << source.substr(0, 120) << "\n" << message;
  }
}

TEST(Jinja, HostileMessagesStayText) {
  const std::string text = "{{ 7 * 7 }}{% for i in range(9) %}\xff<|im_end|>";
  EXPECT_EQ(render("{% for m in messages %}{{ m.content }}{% endfor %}", {{"user", text}}),
            "{{ 7 * 7 }}{% for i in range(9) %}\xef\xbf\xbd<|im_end|>");
}

TEST(Jinja, LongConversationsRender) {
  const std::vector<Message> messages(500, {"user", std::string(20000, 'x')});
  EXPECT_EQ(render("{% for m in messages %}{{ m.role + m.content | trim + eos_token }}{% endfor %}", messages).size(),
            500u * 20008u);
}

TEST(Jinja, ATemplateThatCannotBeReadIsNoErrorUntilUsed) {
  const ChatTemplate broken("{% nonsense %}");
  EXPECT_THROW(broken.render({}, "", ""), Error);
  EXPECT_THROW(ChatTemplate("").render({}, "", ""), Error);
  EXPECT_THROW(ChatTemplate("\xff").render({}, "", ""), Error);
}

TEST(Jinja, TellsTheTime) {
  const std::string year = render("{{ strftime_now('%Y') }}");
  EXPECT_EQ(year.size(), 4u);
  EXPECT_EQ(year.substr(0, 2), "20");
}

}  // namespace
}  // namespace lectern::text
