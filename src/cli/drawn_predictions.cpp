#include "cli/drawn_predictions.h"

#include "cli/picture_files.h"
#include "luge/data/picture_fields.h"
#include "luge/io/image.h"

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

std::vector<std::string> write_masks(const std::vector<std::string>& drawn,
                                     const std::vector<data::Record>& predictions, std::size_t classes) {
  std::vector<std::string> written(predictions.size());
  for (std::size_t k = 0; k < predictions.size(); ++k) {
    const data::HostArray* mask = predictions[k].find(data::kMask);
    if (!mask || mask->field.dtype != u8 || mask->field.shape.rank() != 2) continue;
    const auto pixels = mask->as<std::uint8_t>();
    io::Image image{mask->field.shape[0], mask->field.shape[1], 1, {pixels.begin(), pixels.end()}};
    if (classes <= 2) {
      for (std::uint8_t& pixel : image.pixels) pixel = pixel > 0 ? 255 : 0;
    }
    written[k] = fs::path(drawn[k]).replace_extension(".mask.png").string();
    io::write_png(written[k], image);
  }
  return written;
}

}  // namespace luge::cli
