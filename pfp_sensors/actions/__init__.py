"""What a person does, one function each: a command and a page are two faces of one act."""
