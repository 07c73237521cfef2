// Whether what lies in a folder of models is one.
#pragma once

#include <filesystem>
#include <string>

namespace lectern::hub {

/// What is wrong with the checkpoint, in words; empty: nothing that its header shows. A file that did not change is not
/// read again. Safe to use from any thread.
std::string problem_of(const std::filesystem::path& model);

}  // namespace lectern::hub
