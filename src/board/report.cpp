#include "board/report.h"

#include <fmt/format.h>

#include <string_view>

#include "board/page.h"
#include "board/run_document.h"
#include "io/files/atomic_file.h"
#include "io/files/last_part.h"
#include "io/text/json_text.h"
#include "luge/error.h"

namespace luge::board {
namespace {

namespace fs = std::filesystem;

// Nothing is loaded, whatever texts of the data are on the page.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

void fill(std::string& html, std::string_view mark, std::string_view text) {
  const std::size_t at = html.find(mark);
  if (at != std::string::npos) html.replace(at, mark.size(), text);
}

// JSON within a script must not hold what ends the script.
std::string script_json(const nlohmann::ordered_json& json) {
  std::string text;
  for (const char c : io::json_text(json)) c == '<' ? text += "\\u003c" : text += c;
  return text;
}

std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '&': html += "&amp;"; break;
      case '"': html += "&quot;"; break;
      default: html += c;
    }
  }
  return html;
}

// The content of each mark may be large; marks are filled from the last one, so that none is looked for in
// what was filled in.
std::string filled(std::string_view title, std::string_view policy, const std::string& style,
                   const std::string& script, std::string_view data) {
  std::string html(page().html);
  fill(html, "{{script}}", script);
  fill(html, "{{data}}", data);
  fill(html, "{{license}}", html_text(page().license));
  fill(html, "{{style}}", style);
  fill(html, "{{title}}", html_text(title));
  fill(html, "{{policy}}", policy);
  return html;
}

}  // namespace

std::string page_script() { return fmt::format("{}\n{}", page().charts, page().script); }
std::string page_style() { return std::string(page().style); }

std::string report_page(const nlohmann::ordered_json& run) {
  const std::string title = fmt::format("{} - Luge", run.value("name", "run"));
  return filled(title, kPolicy, fmt::format("<style>\n{}</style>", page().style),
                fmt::format("<script>\n{}</script>", page_script()), script_json({{"run", run}}));
}

std::string board_page() {
  return filled("Luge",
                "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: "
                "'self'; connect-src 'self'",
                "<link rel=\"stylesheet\" href=\"page.css\">", "<script src=\"page.js\"></script>", "null");
}

fs::path write_report(const fs::path& run, const fs::path& to, const std::optional<RunState>& ended) {
  const auto folder = Folder::open(run);
  if (!folder) throw FileError(fmt::format("{}: there is no such folder", run.string()));
  const fs::path file = to.empty() ? run / kReportFile : to;
  const fs::path whole = fs::absolute(run).lexically_normal();
  const std::string name = io::last_part(whole);
  io::write_file(file, report_page(run_document(*folder, name, ended)));
  return file;
}

}  // namespace luge::board
