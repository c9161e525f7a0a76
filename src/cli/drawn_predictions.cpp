#include "cli/drawn_predictions.h"

#include "cli/picture_files.h"

namespace luge::cli {
namespace fs = std::filesystem;

std::vector<std::string> write_predictions(const std::string& to,
                                           const std::vector<draw::Picture>& pictures) {
  if (draw::is_figure_name(to)) {
    draw::picture_grid(pictures).write(to);
    return std::vector<std::string>(pictures.size(), to);
  }
  make_folder(to);
  std::vector<std::string> written;
  for (std::size_t k = 0; k < pictures.size(); ++k) {
    const fs::path name = pictures[k].caption.substr(0, pictures[k].caption.find('\n'));
    written.push_back((fs::path(to) / (numbered_word(k, name) + ".png")).string());
    draw::picture_grid({pictures[k]}).write(written.back());
  }
  return written;
}

}  // namespace luge::cli
