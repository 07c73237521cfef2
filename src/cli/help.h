// How --help looks, and the pieces of options that it shows.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace lectern::cli {

/// Names and what they take in one column, wrapped sentences with defaults in the other.
std::shared_ptr<CLI::FormatterBase> manual_formatter();

/// A check that --help says nothing of.
CLI::Validator within(int least, int most);
/// "512M" to bytes, from 1 on: a transformation that --help says nothing of.
CLI::Validator byte_size();
CLI::Validator one_of(const std::vector<std::string>& values);

}  // namespace lectern::cli
