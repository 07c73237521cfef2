#include "cli/help.h"

#include "cli/terminal.h"

namespace lectern::cli {
namespace {

constexpr std::size_t kNames = 30;  // columns
constexpr int kDescription = 74;

class ManualFormatter final : public CLI::Formatter {
 public:
  ManualFormatter() { column_width(kNames); }

  std::string make_option_opts(const CLI::Option* option) const override {
    const bool takes_value = option->get_type_size() != 0 && !option->get_positional();
    return takes_value && !option->get_type_name().empty() ? " " + option->get_type_name() : "";
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string text = option->get_description();
    if (!option->get_default_str().empty()) text += " (default " + option->get_default_str() + ")";
    auto lines = wrapped(text, "", kDescription);
    lines.pop_back();
    return lines;
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> manual_formatter() { return std::make_shared<ManualFormatter>(); }

CLI::Validator within(int least, int most) {
  CLI::Validator check = CLI::Range(least, most);
  return check.description("");
}

CLI::Validator byte_size() {
  const CLI::AsSizeValue parse(false);
  const auto convert = [parse](std::string& text) {
    if (text.empty() || text[0] < '1' || text[0] > '9') return std::string("a size is at least 1 byte");
    return parse(text);  // "-1" would be a huge one
  };
  return CLI::Validator(convert, "", "");
}

CLI::Validator one_of(const std::vector<std::string>& values) {
  CLI::Validator check = CLI::IsMember(values);
  return check.description("");
}

}  // namespace lectern::cli
