"""Documents: turns a frozen description of an invoice into the bytes of a PDF.

Owns: the layout and wording of what we print, and the fonts that it may use.
Guarantees:
  1. Equal input gives equal bytes, on every machine and at every time of day.
  2. Text is text: nothing in a name, a title or a note is ever taken for markup.
  3. A character that no font can show is replaced in a readable way; it never fails an invoice.
Never: computes an amount, knows a row, or decides what belongs on an invoice.
"""
