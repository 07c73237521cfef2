// lectern-extract TYPE [MEMORY_BYTES [CPU_SECONDS]]: the document on standard input to records on standard output.
// A process of its own, so that a file that crashes its parser harms nobody; see records.h for what it says.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "library/document_types.h"
#include "library/extract/failure.h"
#include "library/extract/readers.h"
#include "library/extract/records.h"
#include "library/extract/sandbox.h"
#include "library/extract/worker_status.h"

namespace {

using lectern::library::Document;

struct Reader {
  std::string_view type;
  Document (*read)(std::string_view bytes);
  void (*prepare)(const lectern::library::SandboxLimits& limits) = nullptr;  // before the sandbox closes
};

constexpr Reader kReaders[] = {
    {"txt", lectern::library::read_txt},
    {"md", lectern::library::read_markdown},
    {"html", lectern::library::read_html},
    {"pdf", lectern::library::read_pdf, lectern::library::prepare_pdf},
    {lectern::library::kScanType, lectern::library::read_scan, lectern::library::prepare_scan},
    {"docx", lectern::library::read_docx},
    {"doc", lectern::library::read_doc, lectern::library::prepare_doc},
    {"odt", lectern::library::read_odt},
    {"pptx", lectern::library::read_pptx},
    {"xlsx", lectern::library::read_xlsx},
    {"csv", lectern::library::read_csv},
    {"epub", lectern::library::read_epub},
    {"eml", lectern::library::read_mail},
    {"srt", lectern::library::read_transcript},
    {"vtt", lectern::library::read_transcript},
    {"xml", lectern::library::read_xml},
    {"youtube-captions", lectern::library::read_youtube_captions},
    {"youtube", lectern::library::read_youtube},
};

const Reader* reader_for(std::string_view type) {
  for (const Reader& reader : kReaders) {
    if (reader.type == type) return &reader;
  }
  return nullptr;
}

std::string read_all(int descriptor) {
  struct stat status {};
  std::string bytes;
  if (::fstat(descriptor, &status) == 0 && status.st_size > 0) bytes.reserve(static_cast<std::size_t>(status.st_size));
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw lectern::library::ExtractFailure(std::string("could not be read: ") + std::strerror(errno));
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
}

bool has_text(const Document& document) { return document.text.find_first_not_of(" \t\n") != std::string::npos; }

int extract(const Reader& reader) {
  try {
    const std::string bytes = read_all(STDIN_FILENO);
    if (bytes.empty()) throw lectern::library::ExtractFailure("is empty");
    const Document document = reader.read(bytes);
    if (!has_text(document)) throw lectern::library::ExtractFailure("has no text");
    lectern::library::write_document(STDOUT_FILENO, document);
  } catch (const lectern::library::NoTextLayer&) {
    return lectern::library::kWorkerNoTextLayer;
  } catch (const lectern::library::MissingTool& failure) {
    lectern::library::write_failure(STDOUT_FILENO, failure.what());
    return lectern::library::kWorkerMissingTool;
  } catch (const lectern::library::ExtractFailure& failure) {
    lectern::library::write_failure(STDOUT_FILENO, failure.what());
  }
  return lectern::library::kWorkerDone;
}

}  // namespace

int main(int count, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Reader* reader = count >= 2 ? reader_for(arguments[1]) : nullptr;
  if (reader == nullptr) {
    std::fprintf(stderr, "usage: lectern-extract TYPE [MEMORY_BYTES [CPU_SECONDS]] < FILE\nTYPE: %s\n",
                 lectern::library::known_types().c_str());
    return lectern::library::kWorkerUsage;
  }
  lectern::library::SandboxLimits limits;
  if (count >= 3) limits.memory_bytes = std::atoll(arguments[2]);
  if (count >= 4) limits.cpu_seconds = std::atoll(arguments[3]);
  int status = lectern::library::kWorkerFailed;
  try {
    if (reader->prepare != nullptr) reader->prepare(limits);
    lectern::library::enter_sandbox(limits);
    status = extract(*reader);
  } catch (const std::bad_alloc&) {
    status = lectern::library::kWorkerOutOfMemory;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  ::_exit(status);  // destructors of a hostile document's tree are not worth the risk
}
