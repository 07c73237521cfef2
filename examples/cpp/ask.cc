// Asks a question about a folder of documents, with nothing but Lectern's public headers.
//
//   ask MODEL EMBEDDING_MODEL FOLDER QUESTION
#include <lectern/chat.h>
#include <lectern/compile.h>
#include <lectern/engine.h>
#include <lectern/library.h>

#include <filesystem>
#include <iostream>

namespace {

void ask(const std::filesystem::path& model, const std::filesystem::path& embedding_model,
         const std::filesystem::path& folder, const std::string& question) {
  // Checkpoints are compiled at their first use; after that an engine is mapped in no time.
  const auto embedder = lectern::load_engine(lectern::engine_for(embedding_model));
  const auto generator = lectern::load_engine(lectern::engine_for(model));

  const auto library = lectern::open_library(lectern::library_path("example"), *embedder);
  const auto report = library->index(std::span(&folder, 1));
  for (const auto& failure : report.failures) std::cerr << failure.file << ": " << failure.reason << "\n";

  const auto chat = lectern::start_chat(*generator, library.get());
  const auto answer = chat->ask(question, [](std::string_view piece) { std::cout << piece << std::flush; });
  std::cout << "\n";
  for (const auto& citation : answer.citations) {
    std::cout << "[" << citation.number << "] " << citation.file;
    if (citation.page) std::cout << ", page " << *citation.page;
    std::cout << ": " << citation.quote << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "Usage: ask MODEL EMBEDDING_MODEL FOLDER QUESTION\n";
    return 2;
  }
  try {
    ask(argv[1], argv[2], argv[3], argv[4]);
  } catch (const lectern::Error& error) {
    std::cerr << "ask: " << error.what() << "\n";
    return 1;
  }
}
