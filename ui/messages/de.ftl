# Deutsch. Was fehlt, wird englisch gesagt.
nav-my-day = Mein Tag
