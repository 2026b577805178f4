"""A strict reader of our pages: elements closed in order, what is asked from outside, text by element."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr"}


@dataclass
class Node:
    """An element with what is in it."""

    name: str
    attributes: dict[str, str]
    content: list[Node | str] = field(default_factory=list)

    @property
    def children(self) -> list[Node]:
        """The elements right in it."""
        return [one for one in self.content if isinstance(one, Node)]

    @property
    def text(self) -> str:
        """All its text in order, a space between the parts of a block."""
        between = "" if self.name in {"p", "dd", "li", "code", "bdi"} else " "
        return between.join(one if isinstance(one, str) else one.text for one in self.content)

    def all(self, *names: str) -> list[Node]:
        """Find elements by name in order of the document; all without a name."""
        found = []
        for child in self.children:
            found += [child] if not names or child.name in names else []
            found += child.all(*names)
        return found


class Reader(HTMLParser):
    """Builds the tree, and fails on anything that does not close."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag}"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].content.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"{tag} closes {self.open[-1].name}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def read_page(text: str) -> Node:
    """Read a page; every element must be closed."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1
    return reader.root
