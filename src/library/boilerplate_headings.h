// Headings that documents of all kinds have, and that nobody asks about: small letters.
#pragma once

#include <string_view>

namespace lectern::library {

// clang-format off
inline constexpr std::string_view kBoilerplateHeadings[] = {
    "about", "about this book", "about this document", "about this manual", "abstract", "acknowledgements",
    "acknowledgments", "addendum", "appendices", "appendix", "author", "authors", "background",
    "bibliography", "bugs", "caveats", "changelog", "changes", "colophon", "compatibility", "conclusion",
    "conclusions", "contact", "contents", "contributors", "conventions", "copying", "copyright", "credits",
    "dedication", "definitions", "description", "disclaimer", "discussion", "epilogue", "example", "examples",
    "exercises", "faq", "feedback", "figures", "foreword", "further reading", "general", "glossary",
    "history", "home", "imprint", "index", "introduction", "legal notice", "license", "licence", "linking",
    "list of figures", "list of tables", "methods", "miscellaneous", "more information", "motivation", "name",
    "note", "notes", "options", "outline", "overview", "preface", "preliminaries", "prologue", "purpose",
    "rationale", "reference", "references", "related documents", "related work", "release notes",
    "requirements", "results", "revision history", "scope", "see also", "summary", "synopsis",
    "table of contents", "tables", "terminology", "the end", "title", "translations", "trademarks", "usage",
    "version", "what's new", "目录", "前言", "序", "序言", "引言", "导言", "绪论", "简介", "介绍", "概述", "概要", "摘要", "背景",
    "参考文献", "参考资料", "附录", "致谢", "索引", "总结", "小结", "结论", "结语", "后记", "版权", "版权声明", "许可", "术语", "术语表", "说明",
    "其他", "目次", "更新日志", "常见问题",
};
// clang-format on

}  // namespace lectern::library
