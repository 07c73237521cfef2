#!/usr/bin/env python3
"""Makes the PDF and Word documents of examples/library from their sources here. Needs reportlab and python-docx."""
import pathlib

import docx
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

here = pathlib.Path(__file__).parent
library = here.parent / "library"
styles = getSampleStyleSheet()
body = ParagraphStyle("body", parent=styles["BodyText"], fontName="Times-Roman", fontSize=10.5, leading=14.5, spaceAfter=5)
centred = ParagraphStyle("centred", parent=styles["Title"], alignment=TA_CENTER)


def numbered(canvas, document):
    canvas.setFont("Times-Roman", 9)
    canvas.drawCentredString(document.pagesize[0] / 2, 10 * mm, str(canvas.getPageNumber()))


def handbook():
    story = []
    for line in (here / "bicycle-handbook.txt").read_text().splitlines():
        if line.startswith("= "):
            story += [Spacer(1, 50 * mm), Paragraph(line[2:], centred)]
        elif line.startswith("# "):
            story += [PageBreak(), Paragraph(line[2:], styles["Heading1"])]
        elif line:
            story.append(Paragraph(line, body if len(story) > 2 else ParagraphStyle("sub", parent=body, alignment=TA_CENTER)))
    document = SimpleDocTemplate(str(library / "bicycle-handbook.pdf"), pagesize=A5, title="The Bicycle Workshop Handbook",
                                 author="Lindenhof repair evenings", invariant=1)
    document.build(story, onFirstPage=lambda c, d: None, onLaterPages=numbered)


def allotment_rules():
    table = Table([["Months", "Motor tools", "Watering"],
                   ["April to September", "8:00–12:00, 15:00–19:00", "before 10:00, after 18:00"],
                   ["October to March", "9:00–16:00", "water is shut off from 1 November"]])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONTSIZE", (0, 0), (-1, -1), 9)]))
    story = [Paragraph("Rules of the allotment garden “Am Lindenhof”", styles["Title"]),
             Paragraph("Decided by the members on 7 March 2026. They replace the rules of 2019.", body)]
    for heading, text in (
        ("1 Plots and sheds", "A plot has about 250 square metres. At least one third of it grows fruit and vegetables. A shed "
         "covers at most 24 square metres with its roof, and stands three metres from the neighbour's border. Nobody lives in it."),
        ("2 Trees and hedges", "Hedges along the paths are at most 1.25 metres high and are cut once a year, not between 1 March "
         "and 30 September, because of the birds. Walnut trees, willows and conifers are not planted. Fruit trees stand four "
         "metres from the border, berry bushes one metre."),
        ("3 Quiet and water", "Motor tools and watering keep to the hours of the table below. On Sundays and holidays motor "
         "tools rest all day."),
    ):
        story += [Paragraph(heading, styles["Heading2"]), Paragraph(text, body)]
    story += [table, PageBreak()]
    for heading, text in (
        ("4 Compost and fire", "Every plot has a compost heap, half a metre from the border. Diseased plants go into the brown "
         "container at the gate. Burning garden waste is forbidden; a charcoal grill is allowed."),
        ("5 Animals", "Dogs are kept on a lead on the paths. Bees need the board's consent and at most four hives stand on a plot. "
         "Chickens are allowed since this year: at most five hens and no cock."),
        ("6 Work for all", "Each member works eight hours a year for the community, on two of the four dates in the show-case. "
         "An hour not worked costs 15 euros."),
        ("7 Money", "The rent is 0.38 euros a square metre and year, the membership 45 euros, water what the meter says, at 2.10 "
         "euros a cubic metre. The bill comes in January and is due on the last of February."),
        ("8 Giving up a plot", "Notice is given in writing by 31 July for the end of November. A valuer appointed by the board "
         "looks at trees, shed and beds; the next tenant pays the value. The waiting list had 31 names when this was printed."),
    ):
        story += [Paragraph(heading, styles["Heading2"]), Paragraph(text, body)]
    SimpleDocTemplate(str(library / "allotment-rules.pdf"), pagesize=A4, title="Rules of the allotment garden", invariant=1).build(
        story, onFirstPage=numbered, onLaterPages=numbered)


def minutes():
    d = docx.Document()
    d.core_properties.title = "Minutes of the spring meeting"
    d.add_heading("Minutes of the spring meeting, 7 March 2026", 0)
    d.add_paragraph("Place: club house. Beginning 15:00, end 17:20. Present: 46 of 88 members. In the chair: Agnieszka Wrona. "
                    "Minutes: Dieter Brandt.")
    d.add_heading("1 Report of the board", 1)
    d.add_paragraph("The pump of the main well was replaced in October for 3,480 euros; the old one had run since 1998. Four plots "
                    "changed hands. The thefts of last summer stopped after the lamp at the north gate was put up.")
    d.add_heading("2 Accounts", 1)
    table = d.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Item", "2025", "Plan for 2026")):
        cell.text = text
    for row in (("Income", "14,210 €", "14,600 €"), ("Water and electricity", "5,130 €", "5,300 €"),
                ("Repairs", "6,020 €", "2,500 €"), ("Insurance", "1,180 €", "1,240 €"), ("In the bank at the year's end", "9,475 €", "")):
        for cell, text in zip(table.add_row().cells, row):
            cell.text = text
    d.add_paragraph("The auditors found no fault. The meeting discharged the board with 44 votes and two abstentions.")
    d.add_heading("3 New rules", 1)
    d.add_paragraph("The rules were put to the vote paragraph by paragraph. Hens were accepted with 29 to 15 votes. The proposal to "
                    "allow motor tools on Sunday mornings was refused with 38 to 6.")
    d.add_heading("4 Rain water", 1)
    d.add_paragraph("Fatma Yildiz showed a plan for a cistern of 12,000 litres behind the club house. It would cost 7,900 euros, of "
                    "which the town pays 40 percent if the application is made before 30 June. The meeting asked the board to apply.")
    d.add_heading("5 Elections", 1)
    d.add_paragraph("Elected for two years: chair Agnieszka Wrona (45 votes), treasurer Jonas Lindqvist (46), secretary Dieter "
                    "Brandt (40). The post of the tool keeper stays empty; whoever wants it talks to the chair.")
    d.add_heading("6 Dates", 1)
    for text in ("Seed exchange: Saturday, 28 March, 14:00, club house.", "Work days: 18 April, 13 June, 12 September, 24 October, "
                 "each from 9:00.", "Summer party: 11 July, from 16:00; the band is booked.", "Next meeting: 6 March 2027."):
        d.add_paragraph(text, style="List Bullet")
    d.save(library / "garden-meeting-minutes.docx")


handbook()
allotment_rules()
minutes()
