#!/usr/bin/env python3
"""Makes the documents of this folder anew, each with a program that people use. See README.md for what it needs."""
import csv
import datetime
import email.policy
import pathlib
import subprocess
import sys
import tempfile
from email.message import EmailMessage

HERE = pathlib.Path(__file__).parent


def docx():
    import docx
    document = docx.Document()
    document.core_properties.title = "Minutes of the garden club"
    document.add_heading("Minutes of the garden club", 0)
    document.add_heading("The pond", 1)
    document.add_paragraph("Frau Grünwald reported that the pond lost eleven centimetres of water in August.")
    document.add_paragraph("New liner: 240 euros", style="List Bullet")
    document.add_paragraph("Two days of digging", style="List Bullet")
    document.add_heading("Money", 2)
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("What", "Who", "Euros")):
        cell.text = text
    for row in (("liner", "Grünwald", "240"), ("gravel", "Okafor", "85")):
        for cell, text in zip(table.add_row().cells, row):
            cell.text = text
    document.add_paragraph("The club meets again on the third of May.")
    document.save(HERE / "python-docx.docx")


def xlsx():
    import openpyxl
    from openpyxl.styles import numbers
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Beehives"
    sheet.append(["Hives of the valley"])
    sheet.append([])
    sheet.append(["Hive", "Keeper", "Inspected", "Honey (kg)", "Losses"])
    sheet.append(["Lime tree", "Aino", datetime.date(2023, 4, 17), 12.5, 0.04])
    sheet.append(["Old mill", "Bertrand", datetime.date(2023, 5, 2), 9.25, 0.125])
    for row in (4, 5):
        sheet.cell(row, 5).number_format = numbers.FORMAT_PERCENTAGE_00
    other = book.create_sheet("Notes")
    other.append(["The queen of the old mill was replaced in June."])
    book.save(HERE / "openpyxl.xlsx")


def pptx():
    from pptx import Presentation
    from pptx.util import Inches
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[0])
    slide.shapes.title.text = "Repairing a stone wall"
    slide.placeholders[1].text = "An evening course"
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "The foundation"
    slide.placeholders[1].text = "Dig forty centimetres deep\nSet the largest stones first"
    slide.notes_slide.notes_text_frame.text = "Show the photograph of the collapsed wall here."
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Tools"
    table = slide.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for r, row in enumerate((("Tool", "Weight"), ("Mallet", "1.8 kg"), ("Chisel", "0.6 kg"))):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    show.save(HERE / "python-pptx.pptx")


def odt():
    from odf import style, table, text
    from odf.opendocument import OpenDocumentText
    document = OpenDocumentText()
    document.text.addElement(text.H(outlinelevel=1, text="Keeping goats"))
    paragraph = text.P(text="A goat drinks up to seven litres a day")
    note = text.Note(noteclass="footnote")
    note.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text="More when she gives milk."))
    note.addElement(body)
    paragraph.addElement(note)
    paragraph.addText(", and")
    paragraph.addElement(text.S(c=3))
    paragraph.addText("never from a dirty bucket.")
    document.text.addElement(paragraph)
    document.text.addElement(text.H(outlinelevel=2, text="Fodder"))
    listing = text.List()
    for item in ("Hay in the morning", "Twigs of willow"):
        entry = text.ListItem()
        entry.addElement(text.P(text=item))
        listing.addElement(entry)
    document.text.addElement(listing)
    grid = table.Table(name="Prices")
    grid.addElement(table.TableColumn(numbercolumnsrepeated=2))
    for row in (("bale", "6.50"), ("salt lick", "4.20")):
        line = table.TableRow()
        for value in row:
            cell = table.TableCell()
            cell.addElement(text.P(text=value))
            line.addElement(cell)
        grid.addElement(line)
    document.text.addElement(grid)
    document.save(HERE / "odfpy.odt")


def epub():
    from ebooklib import epub as e
    book = e.EpubBook()
    book.set_identifier("tide-tables")
    book.set_title("The tide tables")
    book.set_language("en")
    book.add_author("M. Holm")
    pages = []
    for number, (title, body) in enumerate((
            ("Low water", "<p>At low water the causeway is dry for two hours and a half.</p>"),
            ("High water", "<p>The highest tide of the year came to 6.3&nbsp;metres at the café.</p>"))):
        page = e.EpubHtml(title=title, file_name=f"chapters/page {number}.xhtml", lang="en")
        page.content = f"<html><head><title/></head><body><h1>{title}</h1>{body}</body></html>"
        book.add_item(page)
        pages.append(page)
    book.toc = pages
    book.add_item(e.EpubNcx())
    book.add_item(e.EpubNav())
    book.spine = ["nav"] + pages
    e.write_epub(HERE / "ebooklib.epub", book)


def mail():
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Søren Kjær <soren@example.org>"
    message["To"] = "Amélie <amelie@example.org>, board@example.org"
    message["Date"] = "Tue, 14 Mar 2023 09:26:53 +0100"
    message["Subject"] = "Die Schlüssel für das Bootshaus und noch vieles andere, was am Samstag übergeben wird"
    message.set_content("Liebe Amélie,\n\nthe key of the boathouse hangs behind the third oar.\n\nSøren\n",
                        charset="iso-8859-1", cte="quoted-printable")
    message.add_alternative("<p>Liebe Am&eacute;lie, <b>an HTML copy</b></p>", subtype="html")
    message.add_attachment(b"%PDF-1.4 not really", maintype="application", subtype="pdf", filename="Ruderplan März.pdf")
    (HERE / "python-email.eml").write_bytes(message.as_bytes())
    page = EmailMessage(policy=email.policy.SMTP)
    page["From"] = "shop@example.org"
    page["Subject"] = "Your order"
    page.set_content("<html><body><h1>Thank you</h1><p>Order 5521 left Malmö on Friday.</p></body></html>", subtype="html",
                     charset="utf-8", cte="base64")
    (HERE / "python-email-html.eml").write_bytes(page.as_bytes())


def transcripts():
    import pysubs2
    lines = (("0:00:01.500", "0:00:04.000", "Welcome to the workshop on sharpening."),
             ("0:00:04.200", "0:00:07.000", "A dull blade slips,\\Nand a sharp one bites."),
             ("0:01:12.000", "0:01:15.000", "{\\i1}Never{\\i0} test an edge with your thumb & finger."))
    subtitles = pysubs2.SSAFile()
    for begin, end, text in lines:
        time = [pysubs2.time.timestamp_to_ms(pysubs2.time.TIMESTAMP.match(t).groups()) for t in (begin, end)]
        subtitles.append(pysubs2.SSAEvent(start=time[0], end=time[1], text=text))
    subtitles.save(str(HERE / "pysubs2.srt"))
    subtitles.save(str(HERE / "pysubs2.vtt"))


def pdf():
    import weasyprint
    prose = ("The ferry left the island at dawn with nine passengers and a crate of hens. "
             "The second officer wrote that the sea was calm until noon, and that a bank of fog then hid the coast. ")
    columns = "".join(f"<p>Column text {i}. {prose}</p>" for i in range(1, 9))
    rows = "".join(f"<tr><td>{a}<td>{b}<td>{c}" for a, b, c in (
        ("Berth", "Boat", "Remarks of the harbour master"),
        ("North 1", "Albatross", "Leaves with the tide; her owner, who lives on board, pays at the end of each month"),
        ("North 2", "Petrel", "Needs a new mooring line"),
        ("South 7", "Kittiwake", "Sold in March")))
    weasyprint.HTML(string=f"<style>@page{{size:A5;margin:15mm}}body{{font:10px serif}}td{{padding:3px 12px;width:8em}}"
                    "td+td+td{width:20em}.c{columns:2;column-gap:8mm;text-align:justify}</style><h1>Harbour book</h1>"
                    f"<div class=c>{columns}</div><h2>Berths</h2><table>{rows}</table>").write_pdf(HERE / "weasyprint.pdf")


def scan():
    from PIL import Image
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", "200", "-gray", "-png", HERE / "weasyprint.pdf", f"{folder}/page"], check=True)
        pages = [Image.open(page).convert("1") for page in sorted(pathlib.Path(folder).iterdir())]
        pages[0].save(HERE / "pillow-scan.pdf", save_all=True, append_images=pages[1:], resolution=200)


def table():
    with open(HERE / "python-csv.csv", "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["Station", "Line", "Steps", "Remark"])
        writer.writerow(["Kastanienallee", "U7", 42, 'Lift "out of order", since May'])
        writer.writerow(["Łódzka", "S3", 18, "two\nexits"])


def office(source, target, *options):
    """LibreOffice without a screen."""
    with tempfile.TemporaryDirectory() as profile, tempfile.TemporaryDirectory() as out:
        subprocess.run(["soffice", f"-env:UserInstallation=file://{profile}", "--headless", *options, "--convert-to",
                        target, "--outdir", out, source], check=True, stdout=subprocess.DEVNULL)
        made, = pathlib.Path(out).iterdir()
        made.rename(HERE / f"libreoffice{made.suffix}")


def pandoc(target, *options):
    subprocess.run(["pandoc", "--from", "markdown", "--output", HERE / f"pandoc.{target}", *options], check=True,
                   input=MANUAL.encode())


MANUAL = """---
title: A manual for the sauna
---

# Heating

Light the stove ninety minutes before the guests come; birch burns hotter than spruce.

## Water

| vessel | litres |
|--------|--------|
| bucket | 12     |
| ladle  | 0.5    |

Throw water only on stones that hiss.[^1]

[^1]: Grey stones without a glow are too cold.
"""


def main():
    for make in (docx, xlsx, pptx, odt, epub, mail, transcripts, pdf, scan, table):
        make()
    for target in ("docx", "odt", "epub", "pptx"):
        pandoc(target)
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "page.html"
        page.write_text("<html><head><meta charset=utf-8><title>Lighthouse log</title></head><body><h1>Lighthouse log"
                        "</h1><p>The lamp was lit at 18:40, and Mr Ó Briain kept the watch.</p><h2>Oil</h2><table border=1>"
                        "<tr><td>Monday</td><td>14 litres</td></tr><tr><td>Tuesday</td><td>11 litres, as the night was "
                        "short and the moon was bright enough to see the reef without the lamp</td></tr></table>"
                        "<p>The fog bell rang for three hours.</p></body></html>")
        office(page, "odt:writer8", "--writer")
    for target in ("doc:MS Word 97", "docx:MS Word 2007 XML"):
        office(HERE / "libreoffice.odt", target)
    office(HERE / "openpyxl.xlsx", "ods")
    office(HERE / "libreoffice.ods", "xlsx:Calc MS Excel 2007 XML")
    office(HERE / "openpyxl.xlsx", "csv:Text - txt - csv (StarCalc):59,34,12,1")  # semicolons, Windows-1252
    (HERE / "libreoffice.ods").unlink()
    office(HERE / "python-pptx.pptx", "odp")
    office(HERE / "libreoffice.odp", "pptx:Impress MS PowerPoint 2007 XML")
    (HERE / "libreoffice.odp").unlink()


if __name__ == "__main__":
    sys.exit(main())
