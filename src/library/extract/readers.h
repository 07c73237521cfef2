// One reader a document type: the bytes of a whole file in, a document out. They run in the worker process alone.
#pragma once

#include <string_view>

#include "library/document.h"

namespace lectern::library {

// Each throws ExtractFailure.
Document read_txt(std::string_view bytes);
Document read_markdown(std::string_view bytes);
Document read_html(std::string_view bytes);
Document read_docx(std::string_view bytes);
Document read_xml(std::string_view bytes);
Document read_pdf(std::string_view bytes);

/// Of a video, from join_parts: the languages wished for (separated by commas) and what yt-dlp tells of it. The text is
/// which captions to fetch: "people de" or "automatic en-orig".
Document read_youtube_captions(std::string_view bytes);
/// The video itself: who made its captions ("people", "automatic"), their format ("json3"), what yt-dlp tells of it,
/// and the captions.
Document read_youtube(std::string_view bytes);

/// Poppler's tables, while files may still be opened.
void prepare_pdf();

}  // namespace lectern::library
