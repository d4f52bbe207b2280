# cmake -DOUT=… -DFILES=a;b -P embed.cmake: the files as C++ string constants, named after them (page.html: page_html).
set(text "// Made by conform/report/embed.cmake.\n#include <string_view>\n\nnamespace conform::report::assets {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  string(MAKE_C_IDENTIFIER ${name} name)
  file(READ ${file} content)
  string(APPEND text "extern const std::string_view ${name};\nconst std::string_view ${name} = R\"file~(${content})file~\";\n")
endforeach()
file(WRITE ${OUT} "${text}}  // namespace conform::report::assets\n")
