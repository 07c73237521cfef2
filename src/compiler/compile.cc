#include "lectern/compile.h"

#include <fmt/format.h>

#include "compiler/engine_cache.h"
#include "compiler/pipeline.h"
#include "core/paths.h"
#include "formats/checkpoint.h"
#include "formats/engine_file.h"
#include "lectern/error.h"

namespace lectern {
namespace {

// Raised whenever the same checkpoint compiles to something else.
constexpr int kCompilerVersion = 2;

std::string cache_key(const std::string& content, const CompileOptions& options) {
  return fmt::format("{}-{}-{}-{}.{}", content, name(compiler::target_of(options)), compiler::name(options.precision),
                     formats::kEngineFormatVersion, kCompilerVersion);
}

// A slip of the hand must not cost a checkpoint, nor a device its name: an engine file replaces only its like.
void check_output(const std::filesystem::path& output) {
  std::error_code ignored;
  const auto status = std::filesystem::status(output, ignored);
  if (!std::filesystem::exists(status)) return;
  if (std::filesystem::is_regular_file(status)) {
    if (std::filesystem::file_size(output, ignored) == 0 || formats::is_engine_file(output)) return;
  }
  throw Error(ErrorCode::kInvalidArgument,
              quoted(output) + " exists and is no engine file, so it is not overwritten. Name another file.");
}

}  // namespace

void compile(const std::filesystem::path& checkpoint, const std::filesystem::path& output,
             const CompileOptions& options, const ProgressCallback& progress) {
  check_output(output);
  const auto opened = formats::open_checkpoint(checkpoint);
  compiler::compile_checkpoint(*opened, options,
                               {output, opened->content_hash(options.stop), options.precision, progress, options.stop});
}

std::filesystem::path engine_for(const std::filesystem::path& model, const CompileOptions& options,
                                 const ProgressCallback& progress) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(model, ignored) && formats::is_engine_file(model)) return model;
  const compiler::EngineCache cache(cache_directory());
  std::unique_ptr<formats::Checkpoint> checkpoint;
  const auto open = [&]() -> const formats::Checkpoint& {
    if (!checkpoint) checkpoint = formats::open_checkpoint(model);
    return *checkpoint;
  };
  const std::string content = cache.content_hash(model, [&] { return open().content_hash(options.stop); });
  return cache.find_or_make(cache_key(content, options), [&](const std::filesystem::path& engine) {
    compiler::compile_checkpoint(open(), options, {engine, content, options.precision, progress, options.stop});
  });
}

void forget_compiled(const std::filesystem::path& checkpoint) {
  compiler::EngineCache(cache_directory()).forget(checkpoint);
}

}  // namespace lectern
