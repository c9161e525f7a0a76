// luge board: the runs of a folder as pages, live while they train.
#include "board/board.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "experiment/option_keys.h"
#include "experiment/runs.h"

namespace luge::cli {
namespace {

struct BoardKeys {
  static constexpr const char* table = "";
  std::string dir = experiment::kRuns;
  std::string host = "127.0.0.1";
  std::int64_t port = 6006;
  static void fields(auto& self, auto&& field) {
    field("dir", self.dir, "the folder of runs", options::elsewhere({"logdir", "run"}));
    field("host", self.host,
          "the address to listen at: the default is reached from this machine only; 0.0.0.0 is reached from "
          "others, who need no password",
          options::elsewhere({"bind", "address"}));
    field("port", self.port, "the port to listen at; 0: one that is free", options::at_least(0).below(65536));
  }
};

int serve(const Arguments& arguments) {
  watch_signals();
  outlive_terminal();
  const auto keys = experiment::read<BoardKeys>(arguments);
  board::Board board(
      {.folder = keys.dir, .server = {.host = keys.host, .port = static_cast<int>(keys.port)}});
  if (arguments.json()) {
    print_json({{"address", board.address()}, {"port", board.port()}, {"folder", keys.dir}});
  } else {
    fmt::print("{}\n", board.address());
    tell_aside("the runs in {}; Ctrl-C ends it\n", keys.dir);
  }
  check_output();
  board.run([] { return signal_received() != 0; });
  return 0;
}

const Registration registration_board({"board",
                                       "the runs of a folder as pages in a browser, live while they train",
                                       {"board [dir=runs port=6006]"},
                                       experiment::keys_of<BoardKeys>,
                                       0,
                                       serve});

}  // namespace
}  // namespace luge::cli
