#include "cli/application.h"

int main(int argc, char** argv) { return lectern::cli::run(argc, argv); }
