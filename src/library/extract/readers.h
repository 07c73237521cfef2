// One reader a document type: the bytes of a whole file in, a document out. They run in the worker process alone.
#pragma once

#include <string_view>

#include "library/document.h"
#include "library/extract/sandbox.h"
#include "library/extract/text_builder.h"

namespace lectern::library {

// Each throws ExtractFailure.
Document read_txt(std::string_view bytes);
Document read_markdown(std::string_view bytes);
Document read_html(std::string_view bytes);
Document read_docx(std::string_view bytes);
Document read_doc(std::string_view bytes);
Document read_odt(std::string_view bytes);
Document read_pptx(std::string_view bytes);
Document read_xlsx(std::string_view bytes);
Document read_epub(std::string_view bytes);
Document read_csv(std::string_view bytes);
Document read_mail(std::string_view bytes);
Document read_transcript(std::string_view bytes);
Document read_xml(std::string_view bytes);
Document read_pdf(std::string_view bytes);   // throws NoTextLayer too
Document read_scan(std::string_view bytes);  // a PDF whose pages may be pictures

/// Of a video, from join_parts: the languages wished for (separated by commas) and what yt-dlp tells of it. The text is
/// which captions to fetch: "people de" or "automatic en-orig".
Document read_youtube_captions(std::string_view bytes);
/// The video itself: who made its captions ("people", "automatic"), their format ("json3"), what yt-dlp tells of it,
/// and the captions.
Document read_youtube(std::string_view bytes);

// What a reader needs from outside of the sandbox, before it closes.
void prepare_doc(const SandboxLimits& limits);   // starts antiword
void prepare_pdf(const SandboxLimits& limits);   // loads poppler's tables
void prepare_scan(const SandboxLimits& limits);  // and tesseract

/// Plain text that is a part of a document: clean UTF-8.
void append_txt(std::string_view text, TextBuilder& out);
/// A page of HTML that is a part of a document. `declared` names its encoding where something outside of it does.
void append_html(std::string_view bytes, std::string_view declared, TextBuilder& out);

}  // namespace lectern::library
