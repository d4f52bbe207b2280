#include "report/page/html.hpp"

#include <openssl/evp.h>

#include <array>

#include "report/page/data.hpp"

namespace conform::report {
namespace assets {
extern const std::string_view page_html, style_css, model_js, dom_js, bytes_js, grid_js, overview_js, words_js,
    pages_js, versions_js, main_js;
}
namespace {

/// As a content security policy names what may stand in the page.
std::string policy_hash(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
  return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

/// Nothing in a JSON text can end the element that it stands in.
std::string inside_script(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (char c : json) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

std::string filled(std::string_view page, const std::map<std::string_view, std::string>& values) {
  std::string text;
  while (!page.empty()) {
    const auto open = page.find("{{");
    text += page.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = page.find("}}", open);
    text += values.at(page.substr(open + 2, close - open - 2));
    page.remove_prefix(close + 2);
  }
  return text;
}

std::string script() {
  std::string text = "(() => {\n\"use strict\";\n";
  for (std::string_view part :
       {assets::model_js, assets::dom_js, assets::bytes_js, assets::grid_js, assets::overview_js, assets::words_js,
        assets::pages_js, assets::versions_js, assets::main_js})
    text += part;
  return text + "})();\n";
}

}  // namespace

std::string html(const Sources& sources) {
  const std::string style(assets::style_css);
  const std::string code = script();
  const auto data = report_data(sources).dump(-1, ' ', false, Data::error_handler_t::replace);
  return filled(
      assets::page_html,
      {{"title", "qcow2-conform: report"},
       {"policy", fmt::format("default-src 'none'; base-uri 'none'; form-action 'none'; style-src {}; script-src {}",
                              policy_hash(style), policy_hash(code))},
       {"style", style},
       {"data", inside_script(data)},
       {"script", code}});
}

}  // namespace conform::report
