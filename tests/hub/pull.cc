// Pulls a model without the pauses that a real network needs: pull ID [STALL_SECONDS]. LECTERN_CATALOGUE and
// LECTERN_HUB say which and from where. Prints its path, an error on stderr. The end of standard input stops it.
#include "hub/pull.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <thread>

#include "lectern/error.h"

int main(int argc, char** argv) {
  using namespace lectern;
  if (argc < 2) return 2;
  std::stop_source stop;
  std::thread([stop]() mutable {
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
    stop.request_stop();
  }).detach();
  try {
    hub::DownloadOptions options;
    options.hub = hub::Hub::from_environment();
    options.stop = stop.get_token();
    options.first_pause = std::chrono::milliseconds(1);
    options.longest_pause = std::chrono::milliseconds(20);
    options.stall_time = std::chrono::seconds(argc > 2 ? std::atoi(argv[2]) : 20);
    const auto* model = hub::catalogue().find(argv[1]);
    if (model == nullptr) return 2;
    std::printf("%s\n", hub::pull(*model, options, {}).c_str());
    std::fflush(stdout);
    std::_Exit(0);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(1);
  }
}
