// Documents and folders that mean harm: each is named with its reason, all others are indexed, nothing outside the
// folder is read, and the worker stays within its memory.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "lectern/error.h"
#include "lectern/library.h"
#include "library/documents.h"
#include "library/fake_embedder.h"
#include "library/unprivileged.h"
#include "support/temporary_file.h"

namespace lectern::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSecret = "The password of the harbour master is cormorant.";

std::string repeated(std::string_view text, int times) {
  std::string out;
  out.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

class HostileTest : public testing::Test {
 protected:
  void SetUp() override {
    write("a-good.txt", "A good document about lighthouses.");
    write("z-good.md", "# Another one\n\nAbout windmills.\n");
    support::write_file(outside_ / "secret.txt", std::string_view(kSecret));
  }
  void TearDown() override {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    EXPECT_LE(usage.ru_maxrss, IndexOptions{}.extract_bytes >> 10) << "kilobytes of a worker";
#endif
  }
  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories((folder_ / name).parent_path());
    support::write_file(folder_ / name, bytes);
  }
  IndexReport index() {
    FakeEmbedder embedder;
    const std::vector<fs::path> folders = {folder_};
    const auto library = open_library(file_, embedder);
    auto report = library->index(folders);
    for (const auto& passage : library->search("password of the harbour master", 20)) {
      EXPECT_EQ(passage.text.find("cormorant"), std::string::npos) << passage.file;
    }
    return report;
  }
  // Both good documents are indexed, and `name` alone fails, with that reason.
  void expect_refused(const std::string& name, const std::string& reason) {
    const auto report = index();
    EXPECT_EQ(report.indexed, 2);
    ASSERT_EQ(report.failures.size(), 1u) << testing::PrintToString(reasons(report));
    EXPECT_EQ(report.failures[0].file, (folder_ / name).native());
    EXPECT_THAT(report.failures[0].reason, HasSubstr(reason));
  }
  // All three documents are read.
  void expect_harmless() { EXPECT_THAT(reasons(index()), IsEmpty()); }

  static std::vector<std::string> reasons(const IndexReport& report) {
    std::vector<std::string> out;
    for (const auto& failure : report.failures) {
      out.push_back(fs::path(failure.file).filename().native() + ": " + failure.reason);
    }
    return out;
  }

  fs::path folder_ = support::temporary_folder("hostile");
  fs::path outside_ = support::temporary_folder("outside");
  fs::path file_ = support::temporary_folder("library") / "test.db";
};

// --- archives

std::string epub_of(const std::string& first_page, const std::string& page, int times) {
  std::string spine;
  for (int i = 0; i < times; ++i) spine += "<itemref idref=\"p\"/>";
  return make_zip(
      {{"META-INF/container.xml", "<container><rootfiles><rootfile full-path=\"o.opf\"/></rootfiles></container>"},
       {"o.opf", "<package><manifest><item id=\"p\" href=\"" + first_page +
                     "\" media-type=\"application/xhtml+xml\"/></manifest><spine>" + spine + "</spine></package>"},
       {"p.html", page}});
}

// The sizes that an archive states for its largest part, made small.
std::string with_lying_sizes(std::string archive, std::uint32_t size) {
  std::string stated(4, '\0'), lie(4, '\0');
  std::memcpy(stated.data(), &size, 4);
  lie[0] = 100;
  for (std::size_t at = archive.find(stated); at != std::string::npos; at = archive.find(stated, at + 4)) {
    archive.replace(at, 4, lie);
  }
  return archive;
}

TEST_F(HostileTest, ZipBomb) {
  write("bomb.docx", make_zip({{"word/document.xml", std::string(std::size_t{140} << 20, ' ')}}));
  expect_refused("bomb.docx", "unpacks to more than 128 MiB (its part word/document.xml)");
}

TEST_F(HostileTest, ZipBombThatLiesAboutItsSize) {
  constexpr std::uint32_t kSize = 140u << 20;
  write("bomb.docx", with_lying_sizes(make_zip({{"word/document.xml", std::string(kSize, ' ')}}), kSize));
  const auto report = index();
  EXPECT_EQ(report.indexed, 2);
  EXPECT_THAT(reasons(report), ElementsAre(HasSubstr("bomb.docx: ")));
}

TEST_F(HostileTest, ZipBombOfPartsThatAreEachFine) {
  const std::string part = "<d>" + std::string(std::size_t{100} << 20, ' ') + "</d>";
  write("bomb.docx", make_zip({{"docProps/core.xml", part}, {"word/document.xml", part}, {"word/styles.xml", part}}));
  expect_refused("bomb.docx", "unpacks to more than 256 MiB");
}

TEST_F(HostileTest, PathsOutOfAnArchive) {
  const std::string up = repeated("../", 40);
  write("absolute.epub", epub_of((outside_ / "secret.txt").native(), "", 1));
  write("up.epub", epub_of(up + outside_.native().substr(1) + "/secret.txt", "", 1));
  write("names.docx", make_zip({{"word/document.xml", "<d><body><p><r><t>fine</t></r></p></body></d>"},
                                {up + outside_.native().substr(1) + "/written.txt", "x"},
                                {"/written.txt", "x"}}));
  const auto report = index();
  EXPECT_EQ(report.indexed, 3);
  EXPECT_THAT(reasons(report), ElementsAre("absolute.epub: has no text", "up.epub: has no text"));
  EXPECT_FALSE(fs::exists(outside_ / "written.txt"));
  EXPECT_FALSE(fs::exists("/written.txt"));
}

TEST_F(HostileTest, RelationsOutOfAnArchive) {
  write("out.pptx",
        make_zip({{"ppt/presentation.xml",
                   "<p xmlns:r=\"r\"><sldIdLst><sldId r:id=\"a\"/><sldId r:id=\"b\"/></sldIdLst></p>"},
                  {"ppt/_rels/presentation.xml.rels",
                   "<r><Relationship Id=\"a\" Type=\"x/slide\" TargetMode=\"External\" Target=\"file://" +
                       (outside_ / "secret.txt").native() + "\"/><Relationship Id=\"b\" Type=\"x/slide\" Target=\"" +
                       repeated("../", 40) + outside_.native().substr(1) + "/secret.txt\"/></r>"}}));
  expect_refused("out.pptx", "has no text");
}

// --- entities

std::string billion_laughs() {
  std::string out = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY l0 \"lol\">";
  for (int i = 1; i < 12; ++i) {
    out += "<!ENTITY l" + std::to_string(i) + " \"" + repeated("&l" + std::to_string(i - 1) + ";", 10) + "\">";
  }
  return out + "]>";
}

TEST_F(HostileTest, EntityExpansion) {
  const std::string laughs = billion_laughs();
  write("laughs.docx", make_zip({{"word/document.xml", laughs + "<d><body><p><r><t>&l11;</t></r></p></body></d>"}}));
  write("laughs.epub", epub_of("p.html", laughs + "<html><body>&l11;</body></html>", 1));
  write("laughs.html", laughs + "<html><body>&l11;</body></html>");
  write("laughs.odt", make_zip({{"content.xml", laughs + "<d><body><p>&l11;</p></body></d>"}}));
  write("laughs.xml", laughs + "<a>&l11;</a>");
  const auto report = index();
  EXPECT_EQ(report.indexed, 2);
  const auto refused = HasSubstr("uses the entity \"l0\"");
  EXPECT_THAT(reasons(report), ElementsAre(refused, refused, refused, refused, refused));
}

TEST_F(HostileTest, ExternalEntities) {
  const std::string external = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file://" +
                               (outside_ / "secret.txt").native() + "\"><!ENTITY % p SYSTEM \"" +
                               (outside_ / "secret.txt").native() + "\"> %p;]>";
  write("external.xml", external + "<a>&x;</a>");
  write("external.docx", make_zip({{"word/document.xml", external + "<d><body><p><r><t>&x;</t></r></p></body></d>"}}));
  const auto report = index();
  EXPECT_EQ(report.indexed, 2);
  EXPECT_THAT(reasons(report), ElementsAre(HasSubstr("uses the entity \"x\""), HasSubstr("uses the entity \"x\"")));
}

// --- PDF

std::string deflated(std::string bytes, int times) {
  for (; times > 0; --times) {
    uLongf size = ::compressBound(bytes.size());
    std::string out(size, '\0');
    EXPECT_EQ(::compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                          bytes.size(), 9),
              Z_OK);
    out.resize(size);
    bytes = std::move(out);
  }
  return bytes;
}

std::string pdf_of(const std::string& objects, const std::string& trailer = "<</Root 1 0 R>>") {
  return "%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + objects + "\ntrailer" + trailer + "\n";
}

std::string pdf_with_content(const std::string& dictionary, const std::string& stream) {
  return pdf_of(
      "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]"
      "/Contents 4 0 R>>endobj\n4 0 obj<</Length " +
      std::to_string(stream.size()) + dictionary + ">>stream\n" + stream + "\nendstream endobj");
}

TEST_F(HostileTest, PdfXrefLoop) {
  std::string pdf = make_pdf({{{72, 700, 11, "The first page."}}});
  const std::size_t table = pdf.rfind("xref\n0");
  const std::size_t trailer = pdf.find("/Info 4 0 R", table);
  pdf.replace(trailer, 11, "/Prev " + std::to_string(table));
  write("loop.pdf", pdf);
  const auto report = index();
  EXPECT_EQ(report.indexed + report.failed, 3) << "read, or named";
  EXPECT_GE(report.indexed, 2);
}

TEST_F(HostileTest, PdfPageTreeLoop) {
  write("loop.pdf", pdf_of("2 0 obj<</Type/Pages/Kids[2 0 R 5 0 R]/Count 1000000>>endobj\n"
                           "5 0 obj<</Type/Pages/Kids[2 0 R 5 0 R]/Count 1000000/Parent 2 0 R>>endobj"));
  const auto report = index();
  EXPECT_EQ(report.indexed, 2);
  EXPECT_THAT(reasons(report), ElementsAre(HasSubstr("loop.pdf: ")));
}

TEST_F(HostileTest, PdfFlateBomb) {
  write("bomb.pdf", pdf_with_content("/Filter/FlateDecode", deflated(std::string(std::size_t{80} << 20, ' '), 1)));
  write("bombs.pdf",
        pdf_with_content("/Filter[/FlateDecode/FlateDecode]", deflated(std::string(std::size_t{80} << 20, ' '), 2)));
  const auto report = index();
  EXPECT_EQ(report.indexed, 2);
  EXPECT_THAT(reasons(report), ElementsAre(HasSubstr("bomb.pdf: "), HasSubstr("bombs.pdf: ")));
}

TEST_F(HostileTest, PdfNestedArrays) {
  write("deep.pdf", pdf_with_content("/X " + repeated("[", 100000) + repeated("]", 100000), "BT ET"));
  const auto report = index();
  EXPECT_EQ(report.indexed, 2);
  EXPECT_THAT(reasons(report), ElementsAre(HasSubstr("deep.pdf: ")));
}

// --- nesting

constexpr int kDeep = 100000;

std::string nested(const std::string& open, const std::string& inside, const std::string& close) {
  return repeated(open, kDeep) + inside + repeated(close, kDeep);
}

TEST_F(HostileTest, NestedXml) {
  write("deep.xml", nested("<a>", "bottom", "</a>"));
  write("deep.docx",
        make_zip({{"word/document.xml", "<d><body>" +
                                            nested("<tbl><tr><tc>", "<p><r><t>bottom</t></r></p>", "</tc></tr></tbl>") +
                                            "<p><r><t>below</t></r></p></body></d>"}}));
  write(
      "deep.odt",
      make_zip({{"content.xml", "<d><body>" + nested("<p>a<note>", "<p>bottom</p>", "</note></p>") + "</body></d>"}}));
  expect_harmless();
}

TEST_F(HostileTest, NestedHtml) {
  write("deep.html", nested("<b>", "bottom", "</b>"));
  const auto report = index();
  EXPECT_EQ(report.indexed + report.failed, 3);
  EXPECT_GE(report.indexed, 2);
}

TEST_F(HostileTest, NestedMarkdown) {
  write("quotes.md", repeated(">", kDeep) + " bottom\n");
  write("brackets.md", nested("[", "bottom", "]"));
  write("emphasis.md", nested("*a_ ", "bottom", "_ b*"));
  const auto report = index();
  EXPECT_EQ(report.indexed + report.failed, 5);
  EXPECT_GE(report.indexed, 2);
}

TEST_F(HostileTest, NestedMail) {
  std::string mail = "From: a@example.org\nSubject: Deep\n";
  for (int i = 0; i < kDeep; ++i) {
    const std::string name = std::to_string(i);
    mail += "Content-Type: multipart/mixed; boundary=b" + name + "\n\n--b" + name + "\n";
  }
  write("deep.eml", mail + "\nbottom\n");
  expect_harmless();
}

// --- folders

TEST_F(HostileTest, HugeSparseText) {
  write("huge.txt", "begin");
  fs::resize_file(folder_ / "huge.txt", std::uintmax_t{2} << 30);
  expect_refused("huge.txt", "is larger than 256 MiB, the limit (--max-file-size)");
}

TEST_F(HostileTest, SparseTextWithinTheLimit) {
  write("zeros.txt", "");
  fs::resize_file(folder_ / "zeros.txt", std::uintmax_t{200} << 20);
  expect_refused("zeros.txt", "has no text");
}

TEST_F(HostileTest, PipesAndSockets) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe.pdf").c_str(), 0600), 0);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = (folder_ / "s.txt").native();
  ASSERT_LT(name.size(), sizeof address.sun_path);
  std::copy(name.begin(), name.end(), address.sun_path);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const auto report = index();
  ::close(listener);
  EXPECT_EQ(report.indexed, 2);
  EXPECT_THAT(reasons(report), ElementsAre("pipe.pdf: is a pipe: only regular files are read",
                                           "s.txt: is a socket: only regular files are read"));
}

TEST_F(HostileTest, LinksThatLoopOrLeadOut) {
  fs::create_symlink("loop.txt", folder_ / "loop.txt");
  fs::create_directory(folder_ / "sub");
  fs::create_symlink("..", folder_ / "sub/up");
  fs::create_symlink(folder_, folder_ / "sub/again");
  fs::create_symlink(outside_ / "secret.txt", folder_ / "secret.txt");
  fs::create_symlink(outside_, folder_ / "secrets");
  fs::create_symlink("/proc/self/environ", folder_ / "environment.txt");
  const auto report = index();
  EXPECT_EQ(report.indexed, 2);
  const auto out = HasSubstr("is a link that leads out of the folder");
  EXPECT_THAT(reasons(report),
              ElementsAre(AllOf(HasSubstr("environment.txt"), out), "loop.txt: is a link that leads to itself",
                          AllOf(HasSubstr("secret.txt"), out), AllOf(HasSubstr("secrets"), out)));
}

TEST_F(HostileTest, NamesThatAreNotUtf8) {
  write("caf\xe9.txt", "A document whose name is Latin-1.");
  write("broken\xff\xfe.pdf", "no PDF");
  const auto report = index();
  EXPECT_EQ(report.indexed, 3);
  EXPECT_THAT(reasons(report), ElementsAre("broken\xef\xbf\xbd\xef\xbf\xbd.pdf: is not a PDF"));
}

TEST_F(HostileTest, FoldersAndFilesWithoutPermission) {
  write("locked/inside.txt", "Nobody may list this folder.");
  write("shut.txt", "Nobody may read this file.");
  for (const char* name : {"locked", "shut.txt"}) fs::permissions(folder_ / name, fs::perms::none);
  {
    const Unprivileged somebody({folder_, file_.parent_path()});
    const auto report = index();
    EXPECT_EQ(report.indexed, 2);
    EXPECT_THAT(reasons(report), ElementsAre("locked: is a folder that cannot be listed: Permission denied",
                                             "shut.txt: may not be read: its permissions forbid it"));
  }
  fs::permissions(folder_ / "locked", fs::perms::owner_all);
}

// Runs in a process of its own, whose mounts nobody else sees. 77: a file system may not be mounted here.
int index_on_a_full_disk(const fs::path& documents, const fs::path& disk) {
  const bool root = ::geteuid() == 0;
  if (::unshare(root ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return 77;
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=2m") != 0) return 77;
  FakeEmbedder embedder;
  const std::vector<fs::path> folders = {documents};
  std::string said;
  try {
    open_library(disk / "test.db", embedder)->index(folders);
    return 1;  // it must not fit
  } catch (const Error& error) {
    said = error.what();
  }
  if (said.find("full") == std::string::npos || said.find("test.db") == std::string::npos) {
    std::fprintf(stderr, "%s\n", said.c_str());
    return 2;
  }
  if (::mount(nullptr, disk.c_str(), nullptr, MS_REMOUNT, "size=64m") != 0) return 3;
  const auto library = open_library(disk / "test.db", embedder);
  const auto before = library->statistics().documents;
  const auto report = library->index(folders);
  if (report.failed != 0 || report.unchanged != before || report.indexed + before != 42) return 4;
  return library->search("document", 50).size() == 50 ? 0 : 5;
}

TEST_F(HostileTest, FullDisk) {
  for (int i = 0; i < 40; ++i) {
    std::string text = "This is document " + std::to_string(i) + ".";
    for (int n = 0; n < 1500; ++n) text += " It says " + std::to_string(n * (i + 1)) + " of many things.";
    write("d" + std::to_string(i) + ".txt", text);
  }
  const fs::path disk = support::temporary_folder("disk");
  const pid_t child = ::fork();
  if (child == 0) ::_exit(index_on_a_full_disk(folder_, disk));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no file system may be mounted here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace lectern::test
