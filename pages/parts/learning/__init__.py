"""The Learn page: one idea a screen, a glossary and questions."""
