"""The pages of the documentation: what they tell to type is typed, and where they lead is there."""
