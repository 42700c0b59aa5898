"""Categories of expenses, and categories within them."""
