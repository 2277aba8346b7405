"""An edition on its way to a printer: margins for its page count, the file for the press, what is handed over."""
