"""What stands around a page's entries, in both forms: its links, its sections, what is left out."""

from __future__ import annotations

from mlx_keys.upstream.model import Links, Page, Returns
from mlx_keys.upstream.model import Warning as PageWarning
from mlx_keys.upstream.read import page

GFM = """\
<a href="https://e.org/pond" title="Source repository">a</a>
<a href="https://e.org/two" title="Source repository">b</a>
<a href="https://e.org/_sources/x.rst" title="Download source file">c</a>
<a href="https://e.org/three" title="Something else">d</a>

<div id="main-content" class="bd-main" role="main">

<div id="pond" class="section">

# The pond<a href="#pond" class="headerlink" title="Link to this heading">#</a>

Still water.

<form>A</form> <form>B</form> <video>C</video>

## Its *banks*<a href="#b" class="headerlink" title="Link to this heading">#</a>

Reeds.

</div>

<div class="prev-next-area">

previous

pond.a\\_b

next

pond.c

next

pond.d

</div>
"""
LINKS = Links("https://e.org/_sources/x.rst", "https://e.org/pond", "pond.a_b", "pond.c")
FLAT_HEAD = '[ ](https://e.org/pond "Source repository")'
FLAT = (
    f'{FLAT_HEAD} [x](https://e.org/_sources/x.rst "Download source file") '
    "# The pond ## Contents - [Its banks](#b) "
    '# The pond[\\#](https://e.org/#pond "Link to this heading") Still water. '
    '## Its banks[\\#](https://e.org/#b "Link to this heading") Reeds. '
    '## Its bed[\\#](https://e.org/#c "Link to this heading") Mud. '
    '[](https://e.org/a "previous page") previous pond.a\\_b '
    '[](https://e.org/c "next page") next pond.c Contents - [Its banks](#b)'
)


def test_the_first_of_each_link_is_kept_and_what_is_left_out_is_told_once() -> None:
    found = page.read(GFM, "p")
    assert (found.title, found.links) == ("The pond", LINKS)
    assert found.body == "Still water.\n\nA B C\n\n## Its *banks*\n\nReeds."
    assert found.warnings == tuple(
        PageWarning("dropped-markup", 8, f"<{name}> was left out") for name in ("form", "video")
    )


def test_a_flat_page_keeps_its_sections_and_its_links() -> None:
    found = page.read(FLAT, "p")
    assert (found.title, found.links, found.warnings) == ("The pond", LINKS, ())
    assert found.body == "Still water.\n\n## Its banks\n\nReeds.\n\n## Its bed\n\nMud."


def test_a_link_before_which_no_signature_stands_is_told_and_the_next_entry_is_read() -> None:
    found = page.read(
        f'{FLAT_HEAD} # pond.scoop[\\#](https://e.org/#pond "Link to this heading") Words. '
        '[\\#](https://e.org/#pond.scoop "Link to this definition") Lift. '
        'stir(*a*)[\\#](https://e.org/#pond.stir "Link to this definition") Stir it.',
        "p",
    )
    assert found.body == "Words. Lift."
    assert [(one.name, str(one.signature), one.summary) for one in found.entries] == [
        ("pond.stir", "(a)", "Stir it.")
    ]
    assert found.warnings == (
        PageWarning("unread-signature", 1, "no signature before the link to pond.scoop"),
    )


SIGNED = (
    '<span class="sig-name descname"><span class="pre">stir</span></span>'
    '<span class="sig-paren">(</span>*<span class="n"><span class="pre">a</span></span>*'
    '<span class="sig-paren">)</span>'
    '<a href="https://e.org/#pond.stir" class="headerlink" title="Link to this definition">#</a>'
    "  \nStir it."
)


def labelled(label: str, said: str) -> str:
    return f'{label}<span class="colon">:</span>  \n{said}'


def read(*paragraphs: str) -> Page:
    """A page of the form that keeps its lines."""
    head = '# pond.stir<a href="#p" class="headerlink" title="Link to this heading">#</a>'
    main, section = '<div id="main-content" class="bd-main">', '<div id="p" class="section">'
    return page.read("\n\n".join([main, section, head, *paragraphs, "</div>"]), "p")


def test_a_name_within_a_sentence_is_no_signature() -> None:
    (entry,) = read(SIGNED, f"As in {SIGNED}").entries
    assert (entry.summary, entry.body) == ("Stir it.", "As in stir(*a*) Stir it.")


def test_a_label_before_any_entry_is_prose() -> None:
    found = read(labelled("Returns", "The b."), SIGNED)
    assert found.body == "Returns: The b."
    assert [one.returns for one in found.entries] == [None]


def test_what_is_announced_between_two_fields_belongs_to_neither() -> None:
    for announced in ("Notes", "Example:", "Methods"):
        (entry,) = read(
            SIGNED, labelled("Returns", "The b."), announced, "Words.", labelled("Return type", "b")
        ).entries
        assert entry.returns == Returns("b", "The b.")
        assert entry.body == f"{announced}\n\nWords."


def test_a_paragraph_between_two_fields_belongs_to_the_first() -> None:
    (entry,) = read(
        SIGNED, labelled("Returns", "The b."), "More.", labelled("Return type", "int"), "Last."
    ).entries
    assert entry.returns == Returns("int", "The b.\n\nMore.")
    assert entry.body == "Last."


def test_loose_words_of_a_section_are_paragraphs() -> None:
    (entry,) = read(SIGNED, "<div><em>Loose</em></div>", "<div>Looser</div>").entries
    assert entry.body == "*Loose*\n\nLooser"


def test_a_signature_that_no_link_closes_ends_with_its_arguments_or_their_type() -> None:
    head = (
        f"{FLAT_HEAD} # pond.stir ## Contents - [`stir`](https://e.org/#pond.stir) "
        '# pond.stir[\\#](https://e.org/#p "Link to this heading")'
    )
    for said, signature in (
        ("stir(*a*)", "(a)"),
        ("stir(a: int) → [array](https://e.org/a) | None", "(a: int) → array | None"),
    ):
        (entry,) = page.read(f"{head} {said} Stir it.", "p").entries
        assert (str(entry.signature), entry.summary) == (signature, "Stir it.")
