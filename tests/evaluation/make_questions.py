#!/usr/bin/env python3
"""Writes questions.jsonl and checks that each question's evidence stands in the text of its PDF.

usage: make_questions.py CORPUS      (needs pdftotext)

The questions were written from pages drawn at random, before any retrieval was tuned. Odd ones are for development, even
ones are held out until the end.
"""
import json
import pathlib
import re
import subprocess
import sys

QUESTIONS = [
    ("debian-reference.en", "What records who owns a file, its group and when it was last accessed?", "called an inode which describes its associated attributes"),
    ("debian-reference.en", "Does a named pipe keep the data that somebody writes into it?", "it does not store data"),
    ("debian-reference.en", "How do I stop Ctrl-S from freezing my terminal?", "the terminal feature of ctrl-s can be disabled"),
    ("debian-reference.en", "Which perl option keeps a backup copy of each file that is edited in place?", "keeps each original file by adding"),
    ("debian-reference.en", "How can I find out which init program my machine really runs?", "the actual init command on your system can be verified"),
    ("debian-reference.en", "Where is the administrator's password for the LDAP login module kept?", "/etc/pam_ldap.secret"),
    ("debian-reference.en", "Which private IP addresses belong to class B?", "172.16.x.x"),
    ("debian-reference.en", "What package blocks addresses after too many failed logins?", "ban ips that cause multiple authentication errors"),
    ("debian-reference.en", "How do I open a LUKS partition that the installer made?", "cryptsetup open /dev/sdc5 ninja"),
    ("debian-reference.en", "In a shell condition, how do I test whether one file is newer than another?", "file1 is newer than file2"),
    ("policy", "Why is a date like 96May01 a bad version number?", "will consider “96may01” to be greater than"),
    ("policy", "When should a package be made as a native source package?", "software that has no independent existence outside of debian"),
    ("policy", "How does a build script learn how many jobs it may run in parallel?", "filter parallel=%"),
    ("policy", "What is the difference between recommending and suggesting another package?", "declares a strong, but not absolute, dependency"),
    ("policy", "Which control field makes dpkg finish installing another package before it begins with this one?", "forces dpkg to complete installation of the packages named before"),
    ("policy", "What name must the special directory with the control information have when building a deb?", "one special directory to the root of the miniature file system tree"),
    ("policy", "What became of packages whose priority was extra?", "the extra priority has been deprecated"),
    ("policy", "Since which version must shared libraries call ldconfig through triggers?", "shared libraries must now invoke ldconfig by means of triggers"),
    ("valgrind_manual", "In an xtree, what does totFdB count?", "total freed bytes, increased each time a block is released"),
    ("valgrind_manual", "Which header must my program include to talk to the Valgrind core?", "are defined in the header file valgrind/valgrind.h"),
    ("valgrind_manual", "How do I switch off the use of ptrace in vgdb?", "--max-invoke-ms=0"),
    ("valgrind_manual", "Which kinds of leaks does Memcheck show when I don't choose?", "--show-leak-kinds=definite,possible"),
    ("valgrind_manual", "What is the core file called when my program crashes under Valgrind?", "vgcore.<pid>"),
    ("valgrind_manual", "Which tool runs if I leave the tool option away?", "if you omit it, memcheck is run by default"),
    ("valgrind_manual", "How do the developers run every regression test inside another memcheck?", "vg_regtest --outer-valgrind="),
    ("valgrind_manual", "What does it mean when a block is indirectly lost?", ["indirectly lost because of this lost block", "means that the block is lost, not because there are no pointers to it"]),
    ("valgrind_manual", "How does Helgrind notice that locks could deadlock?", "monitors the order in which threads acquire locks"),
    ("nettle", "When was the Chinese hash standard SM3 issued?", "on december 17, 2010"),
    ("nettle", "Which authenticated mode forgives using the same nonce twice by accident?", "protection against accidental nonce misuse"),
    ("nettle", "What sizes should p and q have for DSA with SHA256?", "use q_bits = 256"),
    ("nettle", "Which header holds the old DSA functions that are kept for compatibility?", "nettle/dsa-compat.h"),
    ("nettle", "How many bytes long are points and scalars of curve25519?", "representing curve25519 points and scalars, 32"),
    ("fhs-3.0", "Which file lists the terminals on which root may log in?", "tty access control for root login"),
    ("fhs-3.0", "Where does software go that the administrator installs for this machine only?", "for use by the system administrator when installing software locally"),
    ("fhs-3.0", "Where do the settings of add-on packages belong?", "must be installed within the directory /etc/opt/"),
    ("maint-guide.en", "What must I write in front of /usr/bin in the Makefile so that files land in the package's directory?", "$(destdir)/usr/bin"),
    ("maint-guide.en", "Which steps are left out when only architecture-independent packages are built?", "excluding dh_strip, dh_makeshlibs, and dh_shlibdeps"),
    ("maint-guide.en", "How do I get my manual pages installed?", "should install them using dh_installman"),
    ("manual", "What is the default work factor for compressing?", "the default value of 30 gives reasonable behaviour"),
    ("manual", "How do I build libbzip2 for a device that has no standard input and output?", "preprocessor symbol bz_no_stdio"),
]


def normalized(text):
    """As retrieval.py compares: lower case, no hyphenation at line ends, one space, plain quotes kept as they are."""
    return re.sub(r"\s+", " ", text).lower()


here, corpus = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[1])
texts = {}
with open(here / "questions.jsonl", "w") as out:
    for number, (file, question, evidence) in enumerate(QUESTIONS, 1):
        evidence = [evidence] if isinstance(evidence, str) else evidence
        if file not in texts:
            raw = subprocess.run(["pdftotext", corpus / f"{file}.pdf", "-"], stdout=subprocess.PIPE, text=True, check=True)
            texts[file] = normalized(raw.stdout)
        for e in evidence:
            print(f"{texts[file].count(e):3d} times: {number} {e}" + ("" if e in texts[file] else "   <-- MISSING"))
        split = "development" if number % 2 else "held-out"
        out.write(json.dumps({"id": str(number), "split": split, "question": question, "file": f"{file}.pdf",
                              "evidence": evidence}, ensure_ascii=False) + "\n")
