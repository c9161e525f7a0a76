// report.html and the board in headless Chromium: no errors in its console, the numbers of metrics.csv, and
// screenshots in build/.../screenshots for people to look at. Skipped where there is no chromium.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "board/board.h"
#include "board/serving.h"
#include "io/files/process.h"
#include "io/run/run_owner.h"
#include "luge/experiment/run.h"
#include "luge/experiment/trainings.h"
#include "luge/io/tensorboard.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/run_files.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::read_file;
using testing::run_command;
using testing::TempDir;

bool is_installed(const std::string& name) {
  std::istringstream folders(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

CommandResult chromium(const TempDir& dir, std::vector<std::string> words) {
  std::vector<std::string> all = {"chromium",
                                  "--headless",
                                  "--no-sandbox",
                                  "--disable-gpu",
                                  "--disable-dev-shm-usage",
                                  "--hide-scrollbars",
                                  "--enable-logging=stderr",
                                  "--user-data-dir=" + dir.file("profile")};
  all.insert(all.end(), words.begin(), words.end());
  return run_command(all,
                     {.folder = dir.path(), .environment = {"LANGUAGE", "LC_ALL=C.UTF-8"}, .seconds = 120});
}

// What the console of the page said.
std::string console(const CommandResult& result) {
  std::istringstream lines(result.err);
  std::string said;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("CONSOLE") != std::string::npos) said += line + "\n";
  }
  return said;
}

void train(const std::string& folder, std::int64_t epochs = 3, const std::string& rate = "0.001") {
  experiment::Run run({{"model", "lenet5"},
                       {"data", "fashion-mnist"},
                       {"limit", "1500"},
                       {"epochs", std::to_string(epochs)},
                       {"lr", rate},
                       {"callbacks.log_steps", "5"},
                       {"callbacks.predictions", "8"},
                       {"run.dir", folder}});
  run.begin();
  io::EventWriter writer(folder + "/train");
  for (int step = 0; step < 12; ++step) {
    std::vector<double> values;
    for (int k = 0; k < 400; ++k) values.push_back(std::sin(k * 12.9898) * (1 + 0.1 * step) + 0.05 * step);
    writer.histogram("weights/conv1.weight", io::histogram_of(values), step * 8);
    writer.histogram("gradients/conv1.weight", io::histogram_of(values), step * 8);
  }
  writer.flush();
  run.train();
}

// The rows of metrics.csv by the names of its columns.
std::vector<std::map<std::string, double>> metrics_of(const std::string& folder) {
  std::ifstream file(folder + "/metrics.csv");
  std::vector<std::string> names;
  std::vector<std::map<std::string, double>> rows;
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::size_t k = 0;
    if (!names.empty()) rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ','); ++k)
      names.size() > k && !rows.empty() ? void(rows.back()[names[k]] = std::stod(cell))
                                        : names.push_back(cell);
  }
  return rows;
}

// Presses every button, opens every table, and leaves what it saw in the page.
constexpr const char* kPress = R"(<script>
window.addEventListener('error', (event) => console.error('error: ' + event.message));
window.addEventListener('load', () => setTimeout(() => {
  const presses = (name) => document.querySelectorAll('main ' + name).forEach((each) => each.click());
  const rangesOf = (where) => document.querySelectorAll(where + ' input[type=range]').forEach((range) => [range.min, range.max].forEach((value) => { range.value = value; range.dispatchEvent(new Event('input')); }));
  rangesOf('#pictures');
  for (const value of ['step', 'seconds', 'epoch']) {
    const axis = document.querySelector('#curves select');
    axis.value = value; axis.dispatchEvent(new Event('change'));
  }
  const smooth = document.querySelector('#curves input[type=range]');
  smooth.value = 0.6; smooth.dispatchEvent(new Event('input')); smooth.value = 0; smooth.dispatchEvent(new Event('input'));
  presses('#curves input[type=checkbox]'); presses('#scalars input[type=checkbox]'); presses('#confusion button'); presses('#layers button'); presses('#config input');
  presses('th button');
  document.getElementById('theme').click(); document.getElementById('language').click();
  const chinese = document.querySelector('#confusion h2').textContent;
  document.getElementById('language').click();
  document.querySelectorAll('main details').forEach((each) => { each.open = true; });
  setTimeout(() => {
    const pressed = document.createElement('p');
    pressed.id = 'pressed'; pressed.dataset.chinese = chinese;
    pressed.dataset.names = [...document.querySelectorAll('button, a[href], summary, input, select')].filter((each) =>
      each.offsetParent && !(each.textContent.trim() || each.labels && each.labels.length || each.getAttribute('aria-label'))).length;
    pressed.dataset.sections = [...document.querySelectorAll('main section')].map((each) => each.id).join(' ');
    pressed.dataset.charts = [...document.querySelectorAll('.chart')].filter((each) => !each.querySelector('canvas')).length;
    pressed.dataset.pictures = [...document.querySelectorAll('main img')].filter((each) => each.loading !== 'lazy' && each.naturalWidth === 0).length;
    pressed.dataset.titles = [...document.querySelectorAll('section h3')].map((each) => each.textContent).filter((each) => /undefined|NaN|\[object|\{\w+\}/.test(each)).join('|');
    pressed.dataset.wide = document.documentElement.scrollWidth - window.innerWidth;
    document.body.append(pressed);
  }, 300);
}, 300));
</script></body>)";

std::string with_presses(const std::string& html) {
  std::string page = html;
  page.replace(page.rfind("</body>"), 7, kPress);
  return page;
}

std::string attribute(const std::string& html, const std::string& name) {
  std::smatch found;
  return std::regex_search(html, found, std::regex(name + "=\"([^\"]*)\"")) ? found[1].str() : "";
}

TEST(Chromium, ShowsTheNumbersOfMetricsCsvWithoutErrors) {
  if (!is_installed("chromium")) GTEST_SKIP() << "there is no chromium: apt-get install chromium";
  const TempDir dir;
  train(dir.file("run"));
  dir.write("pressed.html", with_presses(read_file(dir.file("run/report.html"))));
  const CommandResult result =
      chromium(dir, {"--virtual-time-budget=4000", "--dump-dom", "file://" + dir.file("pressed.html")});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(console(result), "");
  const auto rows = metrics_of(dir.file("run"));
  ASSERT_EQ(rows.size(), 3u);
  std::size_t best = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (rows[k].at("val_accuracy") > rows[best].at("val_accuracy")) best = k;
  }
  // The figures at the top are those of the best epoch.
  for (const char* name : {"loss", "accuracy", "val_loss", "val_accuracy"}) {
    const std::string shown = attribute(result.out, std::string("data-figure=\"") + name + "\" data-value");
    ASSERT_FALSE(shown.empty()) << name;
    EXPECT_EQ(std::stod(shown), rows[best].at(name)) << name;
  }
  // The tables of the charts have every number, to the last digit.
  std::set<double> numbers;
  const std::regex value("data-value=\"([^\"]+)\"");
  for (std::sregex_iterator at(result.out.begin(), result.out.end(), value), end; at != end; ++at)
    numbers.insert(std::stod((*at)[1]));
  for (const auto& row : rows) {
    for (const char* name : {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"})
      EXPECT_TRUE(numbers.contains(row.at(name))) << name << " " << row.at(name);
  }
  EXPECT_EQ(attribute(result.out, "data-chinese"), "混淆矩阵");
  EXPECT_EQ(result.out.find("[object "), std::string::npos) << "an element was shown as text";
  EXPECT_EQ(attribute(result.out, "data-sections"),
            "curves confusion classes recall wrong confused scalars pictures histograms layers machine config");
  EXPECT_EQ(attribute(result.out, "data-charts"), "0") << "a chart is not drawn";
  EXPECT_EQ(attribute(result.out, "data-pictures"), "0") << "a picture is not there";
  EXPECT_EQ(attribute(result.out, "data-titles"), "") << "titles say what they do not know";
  EXPECT_EQ(attribute(result.out, "data-names"), "0") << "something to press has no name";
  EXPECT_EQ(attribute(result.out, "data-wide"), "0") << "the page is wider than the window";
}

// A page that is open while epochs come. Chromium's virtual time waits while the page listens, so the board
// ends after some of them.
TEST(Chromium, ShowsEpochsAsTheyComeWithoutBeingAsked) {
  if (!is_installed("chromium")) GTEST_SKIP() << "there is no chromium: apt-get install chromium";
  const TempDir dir;
  testing::make_run(dir.file("runs/a"), 1, "running");
  testing::write_text(dir.file("runs/a/lock"), io::owner_text(io::this_process()));
  auto board = std::make_unique<board::Board>(
      board::BoardOptions{.folder = dir.file("runs"), .look = std::chrono::milliseconds(50)});
  auto serving = std::make_unique<testing::Serving<board::Board>>(*board);
  const std::string address = board->address() + "#run=a";
  std::thread training([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1000));  // the page is there
    for (int epoch = 3; epoch <= 9; ++epoch) {
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
      std::ofstream(dir.file("runs/a/metrics.jsonl"), std::ios::app)
          << fmt::format("{{\"epoch\":{0},\"step\":{0}0,\"loss\":0.1,\"val_accuracy\":0.9{0}}}\n", epoch);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1000));
    serving.reset();
    board.reset();
  });
  const CommandResult result = chromium(dir, {"--virtual-time-budget=500", "--dump-dom", address});
  training.join();
  const std::string shown = attribute(result.out, "data-figure=\"val_accuracy\" data-value");
  ASSERT_FALSE(shown.empty()) << console(result);
  EXPECT_GT(std::stod(shown), 0.96) << "an epoch that came after the page";
  EXPECT_NE(result.out.find("status running"), std::string::npos);
}

void keep(const TempDir& dir, const std::string& name, const std::string& address,
          std::vector<std::string> words) {
  const fs::path folder = testing::binary_dir() / "screenshots";
  fs::create_directories(folder);
  words.push_back("--screenshot=" + (folder / (name + ".png")).string());
  words.push_back(address);
  const CommandResult result = chromium(dir, words);
  EXPECT_EQ(console(result), "") << name;
  EXPECT_GT(fs::file_size(folder / (name + ".png")), 10'000u) << name;
}

TEST(SlowChromium, ScreenshotsOfTheReportAndTheBoard) {
  if (!is_installed("chromium")) GTEST_SKIP() << "there is no chromium: apt-get install chromium";
  const TempDir dir;
  train(dir.file("runs/lenet5-fashion-mnist-1"));
  train(dir.file("runs/lenet5-fashion-mnist-2"), 4, "0.01");
  train(dir.file("runs/lenet5-fashion-mnist-3"), 3, "0.0001");
  const std::string report = "file://" + dir.file("runs/lenet5-fashion-mnist-1/report.html");
  const std::string time = "--virtual-time-budget=2000", large = "--window-size=1280,7200";
  keep(dir, "report", report, {time, large});
  keep(dir, "report-dark", report, {time, large, "--blink-settings=preferredColorScheme=0"});
  keep(dir, "report-chinese", report, {time, large, "--lang=zh-CN", "--accept-lang=zh-CN"});
  // A window of Chromium is never as narrow as a phone, a frame may be.
  dir.write("phone.html", "<body style='margin:0'><iframe width=375 height=11000 style='border:0' src='" +
                              report + "'></iframe>");
  keep(dir, "report-phone", "file://" + dir.file("phone.html"), {time, "--window-size=500,11000"});
  const std::map<std::string, std::string> counts = {{"folds", "2"}, {"ensemble", "2"}, {"shares", "0.5,1"}};
  for (const auto& [several, count] : counts) {
    experiment::Trainings trainings({{"model", "lenet5"},
                                     {"data", "fashion-mnist"},
                                     {"limit", "600"},
                                     {"epochs", "2"},
                                     {several, count},
                                     {"run.dir", dir.file("runs/" + several)}});
    trainings.begin();
    trainings.train();
    const std::string page = "file://" + dir.file("runs/" + several + "/report.html");
    keep(dir, "report-" + several, page, {time, large});
    const std::string shown = chromium(dir, {time, "--dump-dom", page}).out;
    const char* section = several == "shares" ? "id=\"learning-curve\"" : "id=\"recall\"";
    EXPECT_NE(shown.find(section), std::string::npos) << several << " shows no " << section;
  }
  board::Board board({.folder = dir.file("runs")});
  const testing::Serving<board::Board> serving(board);
  // Virtual time would wait for the end of the events.
  keep(dir, "board", board.address() + "?still", {time, "--window-size=1280,2200"});
  keep(dir, "board-run", board.address() + "?still#run=lenet5-fashion-mnist-2",
       {time, "--window-size=1280,1600"});
}

}  // namespace
}  // namespace luge
