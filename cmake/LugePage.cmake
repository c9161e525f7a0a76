# Writes OUTPUT, a C++ file that holds the page of src/board/page and the charting script CHARTS as text.
# cmake -DOUTPUT= -DPAGE= -DCHARTS= -DCHARTS_STYLE= -DSCRIPTS=a.js,b.js -P LugePage.cmake
function(read_text out path)
  file(READ "${path}" text)
  string(REGEX REPLACE "//# sourceMappingURL=[^\n]*\n?" "" text "${text}")
  if(text MATCHES "\\)luge_page\"")
    message(FATAL_ERROR "${path}: holds the sign that ends a text")
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(script "")
string(REPLACE "," ";" names "${SCRIPTS}")
foreach(name IN LISTS names)
  read_text(text "${PAGE}/${name}")
  string(APPEND script "${text}")
endforeach()
read_text(html "${PAGE}/page.html")
read_text(style "${PAGE}/page.css")
read_text(charts_style "${CHARTS_STYLE}")
read_text(license "${PAGE}/dygraphs.LICENSE")
read_text(charts "${CHARTS}")
# A script in a page ends at the first end tag, wherever it is.
string(REPLACE "</script" "<\\/script" script "${script}")
string(REPLACE "</script" "<\\/script" charts "${charts}")
file(WRITE "${OUTPUT}" "#include \"board/page.h\"

namespace luge::board {

const Page& page() {
  static constexpr Page all = {
      .html = R\"luge_page(${html})luge_page\",
      .style = R\"luge_page(${charts_style}
${style})luge_page\",
      .script = R\"luge_page(${script})luge_page\",
      .charts = R\"luge_page(${charts})luge_page\",
      .license = R\"luge_page(${license})luge_page\"};
  return all;
}

}  // namespace luge::board
")
