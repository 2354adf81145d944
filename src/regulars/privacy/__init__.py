"""What a person may ask of the shop: to be erased, with proof. What is known of them is `serve/subject.py`."""
