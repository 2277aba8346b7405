"""The book's text in, the same words with the marks, dashes and spaces of their language and their house out."""
